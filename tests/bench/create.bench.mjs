import { compare, report } from './measure.mjs';
import { contact } from './people.mjs';

let number = 5_000_000;

/** Creates contacts by the document service, each a new person, as an editor or an import does. */
export default async function create({ strapi, sealed, plain, db }) {
  const one = (uid) => () => strapi.documents(uid).create({ data: contact((number += 1)) });
  // In blocks, because Strapi reads each new document once more for its events after the call has returned.
  const { sealed: sealedMs, plain: plainMs } = await compare(
    { plain: one(plain), sealed: one(sealed) },
    { rounds: 41, warmUp: 5, calls: 20 },
  );
  report({
    bench: 'create',
    case: 'new person',
    db,
    rows: 1,
    median_ms: sealedMs,
    plain_ms: plainMs,
    ratio: sealedMs / plainMs,
  });
}
