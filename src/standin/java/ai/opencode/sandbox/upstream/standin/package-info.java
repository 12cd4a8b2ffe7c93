/**
 * The stand-in: if Docker Hub or Alpine's mirror cannot be reached, it generates a repository in
 * Alpine's format and a small base image. Its sources are Debian packages, fetched by the machine's
 * own apt, and Node.js and npm from the npm registry. All later steps are those of real packages:
 * signed index, packages, solver, layers, database, and programs that run. It is meant for trials
 * and tests, and images made from it are labelled.
 *
 * <p>The same Debian versions and the same pins give the same bytes on every machine, for every
 * user, in every time zone and on every day.
 *
 * <p>A Debian package is converted in these steps: its files are repacked without documentation,
 * its libraries are found in the ELF files instead of Debian's dependencies, and their names are
 * separated from musl's by a namespace ({@code so:gnu/libz.so.1}). Without the namespace, a real
 * Alpine root would satisfy a glibc program with a musl library. glibc's loader would then load
 * both C libraries into one process, which fails sooner or later.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
