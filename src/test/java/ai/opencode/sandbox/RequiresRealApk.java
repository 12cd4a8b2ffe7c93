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
import org.opentest4j.TestAbortedException;

/** Needs Alpine's released root and the user root, who runs the real apk in it. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("real-data")
@Tag("root")
@ExtendWith(RequiresRealApk.Runs.class)
public @interface RequiresRealApk {

  final class Runs implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      try {
        return ConditionEvaluationResult.enabled("the real apk is in " + RealRoot.archive());
      } catch (TestAbortedException missing) {
        return ConditionEvaluationResult.disabled(missing.getMessage());
      }
    }
  }
}
