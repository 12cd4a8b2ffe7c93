package ai.opencode.sandbox;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/**
 * A condition for tests that need a container engine. Without one they are skipped, and a line says
 * how to get an engine.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresEngine.EngineAnswers.class)
public @interface RequiresEngine {

  /** Asks the engine once for all test classes. */
  final class EngineAnswers implements ExecutionCondition {

    private static final String HOW_TO_GET_ONE =
        "container tests skipped: no container engine answers; run scripts/test (as root on Debian"
            + " it brings its own engine), or start Docker or Podman and set DOCKER_HOST";

    private static final AtomicBoolean SAID = new AtomicBoolean();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (DockerClientFactory.instance().isDockerAvailable()) {
        return ConditionEvaluationResult.enabled("a container engine answers");
      }
      // The reason of a skip is only in the XML reports, so it is printed too.
      if (SAID.compareAndSet(false, true)) {
        System.err.println(HOW_TO_GET_ONE);
      }
      return ConditionEvaluationResult.disabled(HOW_TO_GET_ONE);
    }
  }
}
