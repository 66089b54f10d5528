import type { ProtectedTypes } from '../../vault';
import type { Draft } from './draft';
import type { RequestContext } from './origin';
import type { Recorder } from './recorder';

/** Denials of one kind from nobody in particular within this time are one entry with their number, in ms. */
const WINDOW = 60_000;
/** Kinds remembered at most. */
const MAX_KINDS = 1_000;

interface Repeated {
  count: number;
  readonly draft: Draft;
  readonly until: number;
}

type Details = NonNullable<Draft['details']>;
type CountedDetails = Details & { repeated?: number };

/** Records requests for protected types that were answered 401 or 403, and what was refused inside an answer. */
export class Denials {
  private readonly repeated = new Map<string, Repeated>();
  /** Refusals inside of one answer, by what they were about. */
  private readonly fields = new WeakMap<object, Map<string, CountedDetails>>();

  constructor(
    private readonly recorder: Recorder,
    private readonly types: ProtectedTypes,
  ) {}

  /**
   * A flood of requests without an account must not become a flood of entries: of each kind the first is recorded, and
   * the number of the others with the next after a minute.
   */
  note(context: RequestContext & { readonly status: number }): void {
    const type = protectedTypeOf(context, this.types);
    if (type === null) return;
    const details = {
      status: context.status,
      method: context.method,
      type,
      ...documentOf(context),
    };
    this.add(context, details, [context.method, type, String(context.status)].join(' '));
  }

  /**
   * A field of a GraphQL query that was refused. One query can ask for a thousand: of each kind it is one entry, with
   * the number of the others.
   *
   * @param documentId as the caller gave it
   */
  noteField(context: RequestContext, type: string, field: string, documentId: unknown): void {
    const key = `${field} ${type}`;
    let ofRequest = this.fields.get(context);
    if (ofRequest === undefined) {
      ofRequest = new Map<string, CountedDetails>();
      this.fields.set(context, ofRequest);
    }
    const before = ofRequest.get(key);
    if (before !== undefined) {
      // The entry is written when the request ends, with the number that it has by then.
      before.repeated = (before.repeated ?? 0) + 1;
      return;
    }
    const details: CountedDetails = {
      status: 403,
      method: context.method,
      type,
      field,
      ...documentNamed(documentId),
    };
    ofRequest.set(key, details);
    this.add(context, details, key);
  }

  /** What was asked of attributes that the caller only sees masked: refused as a bad request, and all the same refused. */
  noteWithheld(context: RequestContext & { readonly status: number }): void {
    const type = protectedTypeOf(context, this.types);
    if (type === null) return;
    const details = { status: context.status, method: context.method, type, what: 'masked' };
    this.add(context, details, [context.method, type, 'masked'].join(' '));
  }

  private add(context: RequestContext, details: Details, kind: string): void {
    const { actor, source, ip = '' } = this.recorder.origins.of(context);
    if (actor !== 'public') {
      this.recorder.noteInRequest(context, { action: 'denied', details });
      return;
    }
    const key = [source, ip, kind].join(' ');
    const now = performance.now();
    const before = this.repeated.get(key);
    if (before !== undefined && now < before.until) {
      before.count += 1;
      return;
    }
    const repeated = before?.count ?? 0;
    const counted = repeated === 0 ? details : { ...details, repeated };
    this.recorder.noteInRequest(context, { action: 'denied', details: counted });
    this.forgetOld(now);
    this.repeated.set(key, { count: 0, draft: { action: 'denied', details }, until: now + WINDOW });
  }

  /** Records what was only counted so far. */
  async settle(): Promise<void> {
    const open = [...this.repeated.values()].filter(({ count }) => count > 0);
    this.repeated.clear();
    for (const { draft, count } of open) {
      await this.recorder.record({ ...draft, details: { ...draft.details, repeated: count } });
    }
  }

  private forgetOld(now: number): void {
    if (this.repeated.size < MAX_KINDS) return;
    for (const [key, { until, count }] of this.repeated)
      if (until < now || count === 0) this.repeated.delete(key);
  }
}

/** The protected type a request is for: named in the content manager's path, or by its controller. */
function protectedTypeOf({ path: url, state }: RequestContext, types: ProtectedTypes): string | null {
  const inPath = /^\/content-manager\/(?:collection-types|single-types|relations|uid)\/([\w:.-]+)/.exec(
    url,
  )?.[1];
  if (inPath !== undefined) return types.get(inPath) === undefined ? null : inPath;
  const { handler, info } = state.route ?? {};
  if (typeof handler !== 'string') return null;
  const controller = handler.split('.').slice(0, -1).join('.');
  const owner = info?.pluginName === undefined ? `api::${info?.apiName ?? ''}` : `plugin::${info.pluginName}`;
  for (const uid of [controller, `${owner}.${controller}`]) if (types.get(uid) !== undefined) return uid;
  return null;
}

/** Only what looks like a `documentId`: anything else a caller may have made up. */
function documentOf({ params }: RequestContext): { document?: string } {
  return documentNamed(params?.['id'] ?? params?.['documentId']);
}

function documentNamed(id: unknown): { document?: string } {
  return typeof id === 'string' && /^[a-z0-9]{24}$/.test(id) ? { document: id } : {};
}
