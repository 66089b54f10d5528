import {
  Box,
  Button,
  Combobox,
  ComboboxOption,
  DatePicker,
  Field,
  Flex,
  Grid,
  SingleSelect,
  SingleSelectOption,
  TextInput,
} from '@strapi/design-system';
import { Cross } from '@strapi/icons';
import * as React from 'react';
import { useIntl } from 'react-intl';
import { useSearchParams } from 'react-router-dom';

import { useGetAuditChoicesQuery } from '../../api/audit';
import { actorOf } from '../../components/audit/sentence';
import { useWording } from '../../components/audit/EntrySentence';
import { type Text, useText } from '../../text';

import { PersonFilter } from './PersonFilter';
import { dayOf, type FilterName, hasFilters, readSearch, startOfDay, withFilters } from './trail-search';

const ACTIONS = [
  'read',
  'read-values',
  'unmask',
  'create',
  'update',
  'delete',
  'clone',
  'publish',
  'unpublish',
  'discardDraft',
  'denied',
  'tampering',
  'export',
  'transfer',
  'permission',
  'key',
  'settings',
  'schema',
  'prune',
  'verify',
  'find-person',
] as const;
const SOURCES = ['content-manager', 'admin', 'rest', 'graphql', 'http', 'code', 'job', 'command'] as const;
/** Actors that are no account. */
const OTHERS = ['public', 'system', 'command'] as const;

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What of the trail is shown. It all stands in the page's address, so that it can be kept and passed on. */
export function TrailFilters() {
  const text = useText();
  const [params, setParams] = useSearchParams();
  const search = readSearch(params);
  const { types, actors } = useChoices(text);
  const set = (changes: Readonly<Partial<Record<FilterName, string | undefined>>>): void =>
    setParams(withFilters(params, changes));

  return (
    <Box tag="section" aria-label={text('audit.filter.title')}>
      <Grid.Root gap={4}>
        <Cell col={6}>
          <PersonFilter person={search.person} onChange={(person) => set({ person })} />
        </Cell>
        <Cell>
          <Day name="from" value={search.from} onChange={(from) => set({ from })} />
        </Cell>
        <Cell>
          <Day name="to" value={search.to} onChange={(to) => set({ to })} />
        </Cell>
        <Cell>
          <ActorFilter value={search.actor} choices={actors} onChange={(actor) => set({ actor })} />
        </Cell>
        <Cell>
          <Choices
            name="action"
            value={search.action}
            choices={ACTIONS.map((value) => ({ value, label: text(`audit.action.${value}`) }))}
            onChange={(action) => set({ action })}
          />
        </Cell>
        <Cell col={2}>
          <Choices
            name="source"
            value={search.source}
            choices={SOURCES.map((value) => ({ value, label: text(`audit.source.${value}`) }))}
            onChange={(source) => set({ source })}
          />
        </Cell>
        <Cell col={2}>
          <Choices name="type" value={search.type} choices={types} onChange={(type) => set({ type })} />
        </Cell>
        <Cell col={2}>
          <DocumentFilter value={search.document} onChange={(document) => set({ document })} />
        </Cell>
      </Grid.Root>
      {hasFilters(search) && (
        <Flex paddingTop={4}>
          <Button variant="tertiary" startIcon={<Cross />} onClick={() => setParams({})}>
            {text('audit.filter.clear')}
          </Button>
        </Flex>
      )}
    </Box>
  );
}

function useChoices(text: Text): { readonly types: readonly Choice[]; readonly actors: readonly Choice[] } {
  const { data } = useGetAuditChoicesQuery(undefined);
  const names = Object.fromEntries((data?.actors ?? []).map(({ actor, name }) => [actor, name]));
  const wording = useWording(names);
  return {
    types: (data?.types ?? []).map(({ uid, name }) => ({ value: uid, label: name })),
    actors: [
      ...(data?.actors ?? []).map(({ actor }) => ({ value: actor, label: actorOf({ actor }, wording) })),
      ...OTHERS.map((value) => ({ value, label: text(`audit.actors.${value}`) })),
    ],
  };
}

function Cell({ col = 3, children }: { readonly col?: number; readonly children: React.ReactNode }) {
  return (
    <Grid.Item col={col} s={col > 3 ? 12 : 6} xs={12} direction="column" alignItems="stretch">
      {children}
    </Grid.Item>
  );
}

interface ChoicesProps {
  readonly name: 'type' | 'action' | 'source';
  readonly value: string | undefined;
  readonly choices: readonly Choice[];
  readonly onChange: (value: string | undefined) => void;
}

function Choices({ name, value, choices, onChange }: ChoicesProps) {
  const text = useText();
  return (
    <Field.Root name={name}>
      <Field.Label>{text(`audit.filter.${name}`)}</Field.Label>
      <SingleSelect
        size="S"
        value={value ?? ''}
        placeholder={text('audit.filter.any')}
        clearLabel={text('audit.filter.clear-one')}
        onClear={() => onChange(undefined)}
        onChange={(chosen: string | number) => onChange(String(chosen))}
      >
        {choices.map((choice) => (
          <SingleSelectOption key={choice.value} value={choice.value}>
            {choice.label}
          </SingleSelectOption>
        ))}
      </SingleSelect>
    </Field.Root>
  );
}

function ActorFilter({ value, choices, onChange }: Omit<ChoicesProps, 'name'>) {
  const text = useText();
  return (
    <Field.Root name="actor">
      <Field.Label>{text('audit.filter.actor')}</Field.Label>
      <Combobox
        size="S"
        value={value ?? ''}
        placeholder={text('audit.filter.any')}
        clearLabel={text('audit.filter.clear-one')}
        onClear={() => onChange(undefined)}
        onChange={(chosen: string | undefined) => onChange(chosen)}
      >
        {choices.map((choice) => (
          <ComboboxOption key={choice.value} value={choice.value}>
            {choice.label}
          </ComboboxOption>
        ))}
      </Combobox>
    </Field.Root>
  );
}

interface TextProps {
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

/** The record's `documentId`, taken when it is complete. */
function DocumentFilter({ value, onChange }: TextProps) {
  const text = useText();
  const [typed, setTyped] = React.useState(value ?? '');
  React.useEffect(() => setTyped(value ?? ''), [value]);
  const take = (): void => {
    const document = typed.trim();
    if (document !== (value ?? '')) onChange(document);
  };
  return (
    <Field.Root name="document">
      <Field.Label>{text('audit.filter.document')}</Field.Label>
      <TextInput
        size="S"
        value={typed}
        placeholder={text('audit.filter.document.placeholder')}
        onChange={(event: React.ChangeEvent<HTMLInputElement>) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event: React.KeyboardEvent) => {
          if (event.key === 'Enter') take();
        }}
      />
    </Field.Root>
  );
}

function Day({ name, value, onChange }: TextProps & { readonly name: 'from' | 'to' }) {
  const text = useText();
  const { locale } = useIntl();
  return (
    <Field.Root name={name}>
      <Field.Label>{text(`audit.filter.${name}`)}</Field.Label>
      <DatePicker
        size="S"
        locale={locale}
        value={value === undefined ? undefined : (startOfDay(value) ?? undefined)}
        clearLabel={text('audit.filter.clear-one')}
        onClear={() => onChange(undefined)}
        onChange={(date: Date | undefined) => onChange(date === undefined ? undefined : dayOf(date))}
      />
    </Field.Root>
  );
}
