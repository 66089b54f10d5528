import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from './env.mjs';

/** Writes NOTICE: what the published plugin depends on at run time, with licences. */
const plugin = JSON.parse(readFileSync(path.join(ROOT, 'plugins/gdpr/package.json'), 'utf8'));
const manifestOf = (name) =>
  ['plugins/gdpr/node_modules', 'node_modules']
    .map((folder) => path.join(ROOT, folder, name, 'package.json'))
    .find((file) => existsSync(file));
const lines = Object.keys(plugin.dependencies)
  .sort()
  .map((name) => {
    const { version, license, repository } = JSON.parse(readFileSync(manifestOf(name), 'utf8'));
    const source = typeof repository === 'string' ? repository : (repository?.url ?? '');
    return `${name} ${version}, ${license}${source === '' ? '' : `, ${source.replace(/^git\+/, '')}`}`;
  });
const text = `strapi-plugin-gdpr-crm depends at run time on these packages, under their own licences:\n\n${lines.join('\n')}\n`;
writeFileSync(path.join(ROOT, 'NOTICE'), text);
writeFileSync(path.join(ROOT, 'plugins/gdpr/NOTICE'), text);
