package ai.opencode.sandbox;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Needs the images of this build, in {@code target/images}; {@code -Dsandbox.skip} makes none. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("images")
@ExtendWith(RequiresImages.WereMade.class)
public @interface RequiresImages {

  final class WereMade implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return Boolean.getBoolean("sandbox.contract.skip")
          ? ConditionEvaluationResult.disabled(
              "skipped: no images of this build; -Dsandbox.skip leaves them out")
          : ConditionEvaluationResult.enabled("the build made images");
    }
  }
}
