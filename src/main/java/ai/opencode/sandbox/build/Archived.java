package ai.opencode.sandbox.build;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import ai.opencode.sandbox.upstream.ArchivePlace;
import java.util.OptionalInt;

/**
 * A written archive of inputs.
 *
 * @param digest the digest of the archive's manifest, which pins all that it has
 * @param files the number of files in it
 * @param bytes the size of all files and of the list of repositories
 * @param sentBlobs the number of blobs that the registry did not have; empty for a directory
 */
@Api
public record Archived(
    ArchivePlace place, Digest digest, int files, long bytes, OptionalInt sentBlobs) {}
