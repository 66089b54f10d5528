import { loadStrapi } from '../../scripts/serve.mjs';

/**
 * A Strapi in a process of its own that kills itself, as a power cut would, at a point that AUDIT_KILL names. Prints
 * what it has done before.
 */
const strapi = await loadStrapi({ serveAdminPanel: false });
const audit = strapi.plugin('gdpr').service('audit').of();
const contacts = strapi.documents('plugin::gdpr.contact');
const die = () => process.kill(process.pid, 'SIGKILL');

const points = {
  /** The row is written, the entry is not: both are in one transaction that never commits. */
  async 'between change and entry'() {
    const insert = audit.recorder.writer.insert.bind(audit.recorder.writer);
    audit.recorder.writer.insert = (events) => {
      die();
      return insert(events);
    };
    await contacts.create({ data: { email: 'killed-change@example.org' } });
  },
  /** Change and entry are committed, nothing is sealed. */
  async 'between entry and sealing'() {
    await contacts.create({ data: { email: 'killed-sealing@example.org' } });
    console.log('done');
    die();
  },
  /** In the sealer's transaction, when the log is written and the checkpoint is not. */
  async 'in the sealer'() {
    for (let n = 0; n < 300; n += 1) await contacts.findMany({});
    audit.sealer.publish = () => {
      die();
      return new Promise(() => undefined);
    };
    await audit.sealer.run({ now: true });
  },
  /** The checkpoint is committed, the witness has not got it. */
  async 'between checkpoint and witness'() {
    await contacts.findMany({});
    await audit.sealer.complete();
    console.log('done');
    die();
  },
  /** In the transaction of the second batch, when everything of it is written and nothing is committed. */
  async 'in the second batch of pruning'() {
    const { pruning } = audit;
    const record = pruning.record;
    let batches = 0;
    pruning.record = async (draft) => {
      await record(draft);
      batches += 1;
      if (batches === 2) die();
    };
    await strapi.plugin('gdpr').service('runs').of().complete('audit-prune');
  },
  /** The batch is committed; that the run has got so far is not. */
  async 'between a batch of pruning and its cursor'() {
    const { pruning } = audit;
    const prune = pruning.pruneRange.bind(pruning);
    pruning.pruneRange = async (...range) => {
      const pruned = await prune(...range);
      if (pruned > 0) die();
      return pruned;
    };
    await strapi.plugin('gdpr').service('runs').of().complete('audit-prune');
  },
  /** Seals with all its might, for as long as it is let. */
  async 'nowhere, sealing'() {
    console.log('ready 0');
    for (;;) {
      await contacts.findMany({});
      await audit.sealer.run({ now: true });
    }
  },
};
await points[process.env.AUDIT_KILL]();
