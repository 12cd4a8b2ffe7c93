/** What a build tells whoever watches it. */
@NullMarked
package ai.opencode.sandbox.report;

import org.jspecify.annotations.NullMarked;
