package ai.opencode.sandbox.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An option that loosens something. It counts on the command line only: variables and properties
 * are also set by files of a workspace (direnv, {@code .mvn}), which a task in a sandbox writes.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface CommandLineOnly {

  /** Values that only tighten, so that they count wherever they are set. */
  String[] unless() default {};
}
