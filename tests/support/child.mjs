import { listen, loadStrapi } from '../../scripts/serve.mjs';

/** A Strapi in a process of its own, for tests that kill it. Prints `ready PORT` when it serves. */
const strapi = await loadStrapi({ serveAdminPanel: false });
await listen(strapi);
console.log(`ready ${strapi.server.httpServer.address().port}`);
