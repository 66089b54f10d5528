#!/usr/bin/env node
'use strict';

const { runCommandLine } = require('../dist/server/index.js');

// Strapi leaves timers and pools of other plugins behind; the answer is complete when the code is known.
runCommandLine(process.argv.slice(2)).then((code) => process.exit(code));
