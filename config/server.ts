import { secret, setting, settingOr, wholeNumber } from '../src/environment';

export default () => ({
  host: settingOr('HOST', '127.0.0.1'),
  port: wholeNumber('PORT', 1337),
  ...(setting('PUBLIC_URL') === undefined ? {} : { url: setting('PUBLIC_URL') }),
  app: { keys: secret('APP_KEYS').split(',') },
  logger: { config: { level: settingOr('LOG_LEVEL', 'info') } },
});
