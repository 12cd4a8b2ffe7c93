package ai.opencode.sandbox.npm;

/**
 * The symbolic link of a command to a file of a package.
 *
 * @param path the path of the link, from the root of the file system
 * @param target the link's text, relative to its directory
 * @param owner the package that contains the file
 * @param file the path of the program inside the package
 * @param global whether it is a command of the whole system instead of one package
 */
record BinLink(String path, String target, LockedNpmPackage owner, String file, boolean global) {}
