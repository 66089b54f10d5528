import { Flex } from '@strapi/design-system';
import { Layouts, Page } from '@strapi/strapi/admin';
import { useSearchParams } from 'react-router-dom';

import { READ_CONSENT } from '../../permissions';
import { useText } from '../../text';

import { FunnelCard } from './FunnelCard';
import { PersonCard } from './PersonCard';
import { PersonSearch } from './PersonSearch';

/** "Consent": what one person has agreed to, with the proof of it, and how many come and go. */
export default function ConsentPage() {
  const text = useText();
  const [params, setParams] = useSearchParams();
  const person = params.get('person');
  return (
    <Page.Protect permissions={[READ_CONSENT]}>
      <Page.Main>
        <Page.Title>{text('consent.title')}</Page.Title>
        <Layouts.Header title={text('consent.title')} subtitle={text('consent.subtitle')} />
        <Layouts.Content>
          <Flex direction="column" alignItems="stretch" gap={6} paddingBottom={8}>
            <PersonSearch
              person={person}
              onChange={(found) => setParams(found === null ? {} : { person: found })}
            />
            {person !== null && <PersonCard key={person} subject={person} />}
            <FunnelCard />
          </Flex>
        </Layouts.Content>
      </Page.Main>
    </Page.Protect>
  );
}
