import { createIntl } from 'react-intl';

import { textOf } from '../../text';
import { prefixed } from '../../translation';
import fr from '../../translations/fr.json';

import { failureReason, witnessName } from './witness-words';

const text = textOf(createIntl({ locale: 'fr', messages: prefixed(fr), onError: () => undefined }));

test.each([
  ['it answered 503', 'réponse 503'],
  ['failed', 'injoignable'],
  ['ECONNREFUSED', 'ECONNREFUSED'],
  [
    'the mail waits for the mail server (EENVELOPE 451)',
    'le message attend le serveur de messagerie (EENVELOPE 451)',
  ],
  ['the mail could not be delivered (EENVELOPE 550)', 'le message n’a pas pu être remis (EENVELOPE 550)'],
])('“%s” is said as “%s”', (failure, said) => {
  expect(failureReason(failure, text)).toBe(said);
});

test.each([
  ['file:/var/witness', '/var/witness'],
  ['url:https://witness.example', 'https://witness.example'],
  ['mail', 'E-mail'],
])('%s is called %s', (name, called) => {
  expect(witnessName(name, text)).toBe(called);
});
