package ai.opencode.sandbox;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.testcontainers.DockerClientFactory;

/**
 * Runs only where a container engine answers. Elsewhere the tests are skipped, and the reason says
 * how to get an engine. Such tests run one after another, because some of them list what the engine
 * has. They are begun first, because together they last longest.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("engine")
@ResourceLock("engine")
@Order(1)
@ExtendWith(RequiresEngine.EngineAnswers.class)
public @interface RequiresEngine {

  final class EngineAnswers implements ExecutionCondition {

    private static final String HOW_TO_GET_ONE =
        "skipped: no container engine; run scripts/test (as root on Debian it brings its own), or"
            + " start Docker or Podman and set DOCKER_HOST";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return DockerClientFactory.instance().isDockerAvailable()
          ? ConditionEvaluationResult.enabled("a container engine answers")
          : ConditionEvaluationResult.disabled(HOW_TO_GET_ONE);
    }
  }
}
