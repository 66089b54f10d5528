import { build } from './build.mjs';
import { listen, loadEnvironment, loadStrapi, onStop } from './serve.mjs';

loadEnvironment();
build(['plugin', 'server', 'admin']);
const strapi = await loadStrapi();
const { host, port } = await listen(strapi);
onStop(() => strapi.destroy());
console.log(`The CRM runs at http://${host}:${port}/admin`);
