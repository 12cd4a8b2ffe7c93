package ai.opencode.sandbox.apk;

/**
 * The limits for reading a repository's index. The largest index of Alpine 3.18, community, has 1.4
 * MB compressed, 6.4 MB of text with 14,933 packages and 92,000 words, and no line longer than 9
 * kB; in memory it takes 46 MB.
 *
 * @param signatureBytes the decompressed size of the part of the file with the signatures
 * @param signatures the number of signatures by trusted keys; each one costs a pass over the index
 * @param compressedBytes the size of the file, which is in memory until a signature is verified
 * @param textBytes the decompressed size of the signed part of the file
 * @param lineBytes the length of a line, which is one field of a package
 * @param packages the number of records in the index
 * @param words the number of dependencies, provided names and install_if conditions of all packages
 *     together
 */
record IndexLimits(
    long signatureBytes,
    int signatures,
    int compressedBytes,
    long textBytes,
    int lineBytes,
    int packages,
    int words) {

  static IndexLimits standard() {
    return new IndexLimits(1 << 20, 8, 16 << 20, 24L << 20, 1 << 20, 50_000, 300_000);
  }
}
