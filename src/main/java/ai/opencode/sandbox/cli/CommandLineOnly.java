package ai.opencode.sandbox.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An option that loosens a protection, so that it counts on the command line only. Variables and
 * properties can also be set by files of a workspace (direnv, {@code .mvn}), and a task in a
 * sandbox writes there.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface CommandLineOnly {

  /** Returns the values that only tighten a protection, so that any setting may give them. */
  String[] unless() default {};
}
