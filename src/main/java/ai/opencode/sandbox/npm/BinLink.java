package ai.opencode.sandbox.npm;

/**
 * A command: a symbolic link to a file of a package.
 *
 * @param path where the link lies, from the root of the file system
 * @param target its text, relative to the link's folder
 * @param owner the package whose file it is
 * @param file that file, inside the package
 * @param global whether it is a command of the whole system and not of one package
 */
record BinLink(String path, String target, LockedNpmPackage owner, String file, boolean global) {}
