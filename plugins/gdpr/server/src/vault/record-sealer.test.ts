import fc from 'fast-check';

import { DataKey } from './data-key';
import { decodeEnvelope, type Place } from './envelope';
import { openRecord, sealRecord } from './record-sealer';
import { sodiumReady } from './sodium';
import { aes256Gcm, xchacha20Poly1305 } from './suites';

beforeAll(sodiumReady);

const place: Place = { uid: 'plugin::gdpr.contact', documentId: 'zow57uf5awdr72d5ov2xx3o1' };
const open = (sealed: string, key: DataKey, at: Place = place) => {
  const envelope = decodeEnvelope(sealed);
  return envelope === null ? null : openRecord(envelope, key, at);
};

describe.each([xchacha20Poly1305, aes256Gcm])('a record sealed by $name', (suite) => {
  test('opens to what was sealed, whatever it was', () => {
    const key = DataKey.generate('subject');
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ depthSize: 'small' })),
        (record) => {
          const values = Object.fromEntries(
            Object.entries(record).filter(([name, value]) => value !== null && name !== '__proto__'),
          );
          expect(open(sealRecord(values, key, suite, place), key)).toEqual(
            JSON.parse(JSON.stringify(values)),
          );
        },
      ),
    );
  });

  test('keeps lone surrogates, NUL and emoji', () => {
    const key = DataKey.generate(null);
    const values = { a: '\ud800', b: 'a\0b', c: '👩‍👩‍👧', d: '\u202eabc' };
    expect(open(sealRecord(values, key, suite, place), key)).toEqual(values);
  });

  test('does not open with any single bit flipped', () => {
    const key = DataKey.generate('subject');
    const sealed = Buffer.from(sealRecord({ email: 'ada@example.org' }, key, suite, place), 'base64');
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const broken = Buffer.from(sealed);
      broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open(broken.toString('base64'), key)).toBeNull();
    }
  });

  test('does not open in another place: another row, another type', () => {
    const key = DataKey.generate('subject');
    const sealed = sealRecord({ email: 'ada@example.org' }, key, suite, place);
    expect(open(sealed, key, { ...place, documentId: 'tx1w3fgd9dnczrz8usn49cid' })).toBeNull();
    expect(open(sealed, key, { ...place, uid: 'plugin::gdpr.lead' })).toBeNull();
    // The border between uid and documentId cannot be moved: both stand behind their length.
    expect(open(sealed, key, { uid: `${place.uid}z`, documentId: place.documentId.slice(1) })).toBeNull();
  });

  test('does not open under another key', () => {
    const sealed = sealRecord({ email: 'ada@example.org' }, DataKey.generate('subject'), suite, place);
    expect(open(sealed, DataKey.generate('subject'))).toBeNull();
  });

  test('cut short anywhere, it is no envelope or does not open', () => {
    const key = DataKey.generate('subject');
    const sealed = Buffer.from(sealRecord({ a: 1 }, key, suite, place), 'base64');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(open(sealed.subarray(0, length).toString('base64'), key)).toBeNull();
    }
  });

  test('tells no length but that of its bucket of 16 bytes', () => {
    const key = DataKey.generate('subject');
    const length = (name: string): number => sealRecord({ name }, key, suite, place).length;
    expect(length('Li')).toBe(length('Alex'));
  });
});

describe('a data key', () => {
  test('is recognised by its id, and no other bytes are', () => {
    const key = DataKey.generate('subject');
    key.expose((secret) => {
      expect(DataKey.fromSecret(secret, key.id, 'subject')?.name).toBe(key.name);
      const other = Uint8Array.from(secret);
      other[0] = (other[0] ?? 0) ^ 1;
      expect(DataKey.fromSecret(other, key.id, 'subject')).toBeNull();
      expect(DataKey.fromSecret(secret.slice(1), key.id, 'subject')).toBeNull();
    });
  });

  test('cannot be used once it is wiped', () => {
    const key = DataKey.generate('subject');
    key.wipe();
    expect(() => sealRecord({ a: 1 }, key, xchacha20Poly1305, place)).toThrow('wiped');
  });
});
