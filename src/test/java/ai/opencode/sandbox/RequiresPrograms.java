package ai.opencode.sandbox;

import java.io.File;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Needs programs of others, whose answers this product's are compared with. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("oracle")
@ExtendWith(RequiresPrograms.AreInstalled.class)
public @interface RequiresPrograms {

  /** Names of programs; one that has several names on different systems has a bar between them. */
  String[] value();

  final class AreInstalled implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      Optional<String> missing =
          AnnotationSupport.findAnnotation(context.getElement(), RequiresPrograms.class).stream()
              .flatMap(required -> Arrays.stream(required.value()))
              .filter(
                  names -> Arrays.stream(names.split("\\|", -1)).noneMatch(AreInstalled::isThere))
              .map(names -> names.replaceFirst("\\|.*", ""))
              .findFirst();
      return missing
          .map(
              name ->
                  ConditionEvaluationResult.disabled(
                      "skipped: no "
                          + name
                          + "; scripts/test installs programs for root on Debian, and builds others with Go"))
          .orElseGet(() -> ConditionEvaluationResult.enabled("the programs are installed"));
    }

    private static boolean isThere(String program) {
      String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
      return Arrays.stream(path.split(File.pathSeparator, -1))
          .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }
  }
}
