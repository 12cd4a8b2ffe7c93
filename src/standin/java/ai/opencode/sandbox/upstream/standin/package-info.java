/**
 * The stand-in: where Docker Hub or Alpine's mirror cannot be reached, an Alpine-format repository
 * and a small base image are made on the spot, from Debian packages that the machine's own apt
 * fetches and from Node.js and npm as the npm registry has them. Everything after it is then the
 * real path: signed index, packages, solver, layers, database, and programs that run. It is for
 * trying out and for tests; what is made from it says so.
 *
 * <p>The same Debian versions and the same pins give the same bytes on every machine, for every
 * user, in every time zone and on every day.
 *
 * <p>How a Debian package becomes an Alpine one: its files are repacked without documentation, its
 * libraries are found by reading the ELF files rather than by trusting Debian's dependencies, and
 * their names are kept apart from musl's by a namespace ({@code so:gnu/libz.so.1}). Without that a
 * real Alpine root would satisfy a glibc program with a musl library, and glibc's loader would then
 * load both C libraries into one process, which works until it does not.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
