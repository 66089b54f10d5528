import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { sodiumReady } from '../sodium';

import { aes256Gcm, xchacha20Poly1305 } from '.';
import type { Suite } from './suite';

beforeAll(sodiumReady);

interface Vector {
  readonly tcId: number;
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
  readonly result: string;
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

function check(suite: Suite, vector: Vector): void {
  const key = suite.key(bytes(vector.key));
  const sealed = bytes(vector.ct + vector.tag);
  const opened = suite.open(key, bytes(vector.iv), sealed, bytes(vector.aad), (text) => Buffer.from(text));
  if (vector.result === 'invalid') {
    expect(opened).toBeNull();
    return;
  }
  expect(opened === null ? null : Buffer.from(opened).toString('hex')).toBe(vector.msg);
  const again = suite.seal(key, bytes(vector.iv), bytes(vector.msg), bytes(vector.aad));
  expect(Buffer.from(again).toString('hex')).toBe(vector.ct + vector.tag);
}

const vector = (
  tcId: number,
  key: string,
  iv: string,
  aad: string,
  msg: string,
  ct: string,
  tag: string,
): Vector => ({
  tcId,
  key,
  iv,
  aad,
  msg,
  ct,
  tag,
  result: 'valid',
});

/** Figures of C2SP/wycheproof, testvectors_v1/xchacha20_poly1305_test.json, by tcId. */
const XCHACHA: readonly Vector[] = [
  vector(
    1,
    '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
    '404142434445464748494a4b4c4d4e4f5051525354555657',
    '50515253c0c1c2c3c4c5c6c7',
    '4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069742e',
    'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e',
    'c0875924c1c7987947deafd8780acf49',
  ),
  vector(
    2,
    'ab1562faea9f47af3ae1c3d6d030e3af230255dff3df583ced6fbbcbf9d606a9',
    '6a5e0c4617e07091b605a4de2c02dde117de2ebd53b23497',
    '',
    '',
    '',
    'e2697ea6877aba39d9555a00e14db041',
  ),
  vector(
    3,
    'd821dce9b890ea37ae1c89e7cb6aeae9371b8179add0d08f5494718322ae0071',
    '3ec3f7c45e687d75a895bf5e71809e7cdac32158bb48ec0d',
    '8780fb400f94c55d',
    '',
    '',
    '966c22d655b9e56326024f028cf887ad',
  ),
  vector(
    5,
    '697c197c9e0023c8eee42ddf08c12c46718a436561b0c66d998c81879f7cb74c',
    'cd78f4533c94648feacd5aef0291b00b454ee3dcdb76dcc8',
    '6384f4714ff18c18',
    'e1',
    'b0',
    'e5e35f5332f91bdd2d28e59d68a0b141',
  ),
  vector(
    9,
    'b720aea3df85fb3fb00583eddbebc5c545bcdcb7f6f2a94c1087950e16d68278',
    '1436f36466fce5db337a73ec18e269e6e985d91035128183',
    '9d53316bd2aa3e3d',
    '4799c4',
    'd41c02',
    '8faa889d7f189cd9473e19200ef03920',
  ),
  vector(
    19,
    'd447796ed4ceb2e43942700e7759e335f67afa8653748db95f924c94488195db',
    'cc4781134455e89c836f7433bd0426776f945d82f6358276',
    '06947c3afa797e99',
    '77c46ada19c81849',
    '80c8e9ac2cec97ce',
    '9b62dcc8076098affcb6e7995aaa99a6',
  ),
  vector(
    27,
    '924aafdb5b8a206b3e49aefe8944918cdcc8ccb5bb4b8c4ee81b847aa6fa52a0',
    '829cb09e40c2cc5f7648adc177e56ef53a58bfa16a859338',
    'a67a57310055b193',
    '68576b935acaab8b33ab62e3',
    '2345bfc502f9c62d64ad87f9',
    '6736f095a28b887238f80dc562eaa25c',
  ),
];

const ZEROS = '0'.repeat(64);
/** Figures of the GCM specification (McGrew and Viega), test cases 13 to 15. */
const GCM: readonly Vector[] = [
  vector(13, ZEROS, '0'.repeat(24), '', '', '', '530f8afbc74536b9a963b4f1c4cb738b'),
  vector(
    14,
    ZEROS,
    '0'.repeat(24),
    '',
    '0'.repeat(32),
    'cea7403d4d606b6e074ec5d3baf39d18',
    'd0d1c8a799996bf0265b98b5d48ab919',
  ),
  vector(
    15,
    'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    'cafebabefacedbaddecaf888',
    '',
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255',
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad',
    'b094dac5d93471bdec1a502270e3cc6c',
  ),
];

describe.each([
  ['XChaCha20-Poly1305', xchacha20Poly1305, XCHACHA],
  ['AES-256-GCM', aes256Gcm, GCM],
] as const)('%s', (_name, suite, vectors) => {
  test.each(vectors)('vector $tcId seals and opens', (one) => {
    check(suite, one);
  });

  test.each(vectors)(
    'vector $tcId with any bit of the tag, the nonce or the associated data flipped does not open',
    (one) => {
      const key = suite.key(bytes(one.key));
      const aad = one.aad === '' ? '00' : one.aad;
      const sealed = suite.seal(key, bytes(one.iv), bytes(one.msg), bytes(aad));
      for (const flip of [
        () => [bytes(one.iv), flipped(sealed, sealed.length - 1), bytes(aad)] as const,
        () => [flipped(bytes(one.iv), 0), sealed, bytes(aad)] as const,
        () => [bytes(one.iv), sealed, flipped(bytes(aad), 0)] as const,
      ]) {
        const [iv, text, data] = flip();
        expect(suite.open(key, iv, text, data, (opened) => Buffer.from(opened))).toBeNull();
      }
    },
  );
});

function flipped(source: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(source);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/**
 * The whole of Wycheproof, from a checkout of github.com/C2SP/wycheproof whose folder WYCHEPROOF_DIR names. The vectors
 * above run always; these many run where somebody has them.
 */
const directory = process.env['WYCHEPROOF_DIR'];
if (directory !== undefined) {
  describe.each([
    ['xchacha20_poly1305_test.json', xchacha20Poly1305],
    ['aes_gcm_test.json', aes256Gcm],
  ] as const)('all of %s that fit the suite', (file, suite) => {
    const location = path.join(directory, 'testvectors_v1', file);
    if (!existsSync(location))
      throw new Error(`There is no ${location}; WYCHEPROOF_DIR must be a Wycheproof checkout.`);
    const { testGroups } = JSON.parse(readFileSync(location, 'utf8')) as {
      testGroups: { ivSize: number; keySize: number; tagSize: number; tests: Vector[] }[];
    };
    const applicable = testGroups
      .filter(
        (group) => group.ivSize === suite.nonceBytes * 8 && group.keySize === 256 && group.tagSize === 128,
      )
      .flatMap(({ tests }) => tests);
    test.each(applicable)('tcId $tcId, $result', (one) => {
      check(suite, one);
    });
  });
}
