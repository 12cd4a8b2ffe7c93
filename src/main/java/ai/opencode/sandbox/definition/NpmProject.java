package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;

/**
 * The npm packages of an image, installed below {@code /usr/local/lib/node_modules}.
 *
 * @param packageJson the text of {@code package.json}; its dependencies are the packages asked for
 * @param packageLock the text of the matching {@code package-lock.json}, version 3
 */
@Api
public record NpmProject(String packageJson, String packageLock) {}
