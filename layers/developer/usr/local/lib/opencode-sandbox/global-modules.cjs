// Lets `import` find what is installed globally, as NODE_PATH does for `require`; Node.js ignores NODE_PATH for ES
// modules. A folder /node_modules would do it as well, but then npm takes / for the project of every folder that has
// no package.json of its own, and `npm install` fails there.
"use strict";

const { registerHooks } = require("node:module");

const globally = { parentURL: "file:///usr/local/lib/node_modules/-" };
const relativeOrUrl = /^(?:[./#]|[a-z][a-z0-9+.-]*:)/i;

// Node.js before 22.15 has no such hooks: there only `require` finds the global packages.
registerHooks?.({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (error.code !== "ERR_MODULE_NOT_FOUND" || relativeOrUrl.test(specifier)) throw error;
      try {
        return next(specifier, { ...context, ...globally });
      } catch {
        throw error;
      }
    }
  },
});
