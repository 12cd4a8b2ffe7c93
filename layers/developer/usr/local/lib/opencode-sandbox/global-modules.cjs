// Lets `import` find what is installed globally, as NODE_PATH does for `require`; Node.js ignores NODE_PATH for ES
// modules. A directory /node_modules would do it as well, but then npm takes / for the project of every directory that
// has no package.json of its own, and `npm install` fails there.
"use strict";

const { delimiter, sep } = require("node:path");
const { registerHooks } = require("node:module");
const { pathToFileURL } = require("node:url");

const globally = (process.env.NODE_PATH ?? "")
  .split(delimiter)
  .filter((directory) => directory.startsWith("/"))
  .map((directory) => pathToFileURL(directory + sep + "-").href);
const relativeOrUrl = /^(?:[./#]|[a-z][a-z0-9+.-]*:)/i;

// Node.js before 22.15 has no such hooks: there only `require` finds the global packages.
registerHooks?.({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (error.code !== "ERR_MODULE_NOT_FOUND" || relativeOrUrl.test(specifier)) throw error;
      for (const parentURL of globally) {
        try {
          return next(specifier, { ...context, parentURL });
        } catch {
          // The next directory may have it.
        }
      }
      throw error;
    }
  },
});
