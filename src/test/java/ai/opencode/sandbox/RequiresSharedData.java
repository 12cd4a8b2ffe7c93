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

/** Needs real indexes, packages and roots, which {@link SharedData} finds. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("real-data")
@ExtendWith(RequiresSharedData.AreThere.class)
public @interface RequiresSharedData {

  final class AreThere implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return SharedData.root().isPresent()
          ? ConditionEvaluationResult.enabled("there are shared data")
          : ConditionEvaluationResult.disabled(SharedData.HOW_TO_GET_THEM);
    }
  }
}
