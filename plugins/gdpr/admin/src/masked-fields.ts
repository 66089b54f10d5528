import type { MaskedAttribute } from '../../contracts/personal-data';

/** A field of the edit view, as far as this module looks at it. */
interface Field {
  readonly attribute?: MaskedAttribute;
  readonly disabled?: boolean;
}
type Rows = readonly (readonly Field[])[];

export interface EditLayout {
  readonly layout: readonly Rows[];
  readonly components: Readonly<Record<string, { readonly layout: Rows }>>;
}

/**
 * Makes masked fields read-only, so that nobody takes a mask for a value and writes on in it. A record that is being
 * made has nothing masked yet.
 *
 * For the hook `Admin/CM/pages/EditView/mutate-edit-view-layout`.
 */
export function lockMaskedFields<Given extends { readonly layout: EditLayout }>(given: Given): Given {
  const { layout } = given;
  const lockRows = (rows: Rows): Rows => rows.map((row) => row.map(locked));
  return {
    ...given,
    layout: {
      ...layout,
      layout: layout.layout.map(lockRows),
      components: Object.fromEntries(
        Object.entries(layout.components).map(([uid, component]) => [
          uid,
          { ...component, layout: lockRows(component.layout) },
        ]),
      ),
    },
  };
}

function locked(field: Field): Field {
  if (field.attribute?.pluginOptions?.gdpr?.masked !== true) return field;
  const { disabled = false, ...rest } = field;
  // Read when the field is drawn: the layout outlives the step from making a record to editing it.
  return {
    ...rest,
    get disabled() {
      return disabled || !isCreating();
    },
  };
}

function isCreating(): boolean {
  return /\/create\/?$/.test(window.location.pathname);
}
