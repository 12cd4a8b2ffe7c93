package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The sizes of files, methods and lists of parameters. */
class SizesTest {

  private static final int LINES_OF_A_FILE = 350;
  private static final int LINES_OF_A_METHOD = 45;
  private static final int PARAMETERS = 7;

  /** Tables, whose lines or components are the rows. */
  private static final Set<String> TABLES =
      Set.of(
          // One component for each key of an image in sandbox.yaml, or field of Debian's and apk's.
          "DebianPackage", "ImageDraft", "PackageRecipe", "PackageTable", "PlannedPackage");

  @Test
  void theProductHasSmallParts() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String root : List.of("src/main/java", "src/standin/java")) {
      try (Stream<Path> found = Files.walk(Path.of(root))) {
        found.filter(each -> each.toString().endsWith(".java")).forEach(files::add);
      }
    }
    assertThat(files).hasSizeGreaterThan(700);
    List<JavaFileObject> sources = new ArrayList<>();
    for (Path file : files) {
      sources.add(new Source(file.getFileName().toString(), Files.readString(file)));
    }

    assertThat(flaws(sources)).isEmpty();
  }

  @Test
  void findsWhatIsTooLarge() throws IOException {
    String wide = "int a, int b, int c, int d, int e, int f, int g";
    String longer = "{" + "\n".repeat(LINES_OF_A_METHOD) + "}";
    String shorter = "{" + "\n".repeat(LINES_OF_A_METHOD - 1) + "}";

    assertThat(flaws("class A { void a(" + wide + ") " + shorter + "}")).isEmpty();
    assertThat(flaws("record A(" + wide + ") { static int h; }")).isEmpty();
    assertThat(flaws("class A {" + "\n".repeat(LINES_OF_A_FILE - 1) + "}\n")).isEmpty();
    assertThat(flaws("class A { void a() " + longer + "}"))
        .containsExactly("A.java: the method a has 46 lines");
    assertThat(flaws("class A { A(" + wide + ", int h) {} }"))
        .containsExactly("A.java: <init> has 8 parameters");
    assertThat(flaws("class A { record B(" + wide + ", int h) {} }"))
        .containsExactly("A.java: the record B has 8 components");
    assertThat(flaws("class A {" + "\n".repeat(LINES_OF_A_FILE) + "}\n"))
        .containsExactly("A.java: 351 lines");
  }

  private static List<String> flaws(String source) throws IOException {
    return flaws(List.of(new Source("A.java", source)));
  }

  private static List<String> flaws(List<? extends JavaFileObject> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    JavacTask task =
        (JavacTask) compiler.getTask(null, null, null, List.of("-proc:none"), null, sources);
    List<String> flaws = new ArrayList<>();
    for (CompilationUnitTree each : task.parse()) {
      new Scan(each, Trees.instance(task).getSourcePositions(), flaws).measure();
    }
    return flaws;
  }

  private static final class Scan extends TreeScanner<Void, Void> {

    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<String> flaws;
    private final String name;

    Scan(CompilationUnitTree unit, SourcePositions positions, List<String> flaws) {
      this.unit = unit;
      this.positions = positions;
      this.flaws = flaws;
      this.name = Path.of(unit.getSourceFile().getName()).getFileName().toString();
    }

    void measure() throws IOException {
      long lines = unit.getSourceFile().getCharContent(true).toString().lines().count();
      if (lines > LINES_OF_A_FILE && !isTable()) {
        flaws.add(name + ": " + lines + " lines");
      }
      scan(unit, null);
    }

    private boolean isTable() {
      return TABLES.contains(name.replace(".java", ""));
    }

    @Override
    public Void visitMethod(MethodTree method, Void nothing) {
      LineMap map = unit.getLineMap();
      long start = positions.getStartPosition(unit, method);
      long end = positions.getEndPosition(unit, method);
      long lines = map.getLineNumber(end) - map.getLineNumber(start) + 1;
      if (lines > LINES_OF_A_METHOD && !isTable()) {
        flaws.add(name + ": the method " + method.getName() + " has " + lines + " lines");
      }
      if (method.getParameters().size() > PARAMETERS && !isTable()) {
        flaws.add(
            name
                + ": "
                + method.getName()
                + " has "
                + method.getParameters().size()
                + " parameters");
      }
      return super.visitMethod(method, null);
    }

    @Override
    public Void visitClass(ClassTree type, Void nothing) {
      if (type.getKind() == Tree.Kind.RECORD) {
        long components =
            type.getMembers().stream()
                .filter(
                    each ->
                        each instanceof VariableTree field
                            && !field.getModifiers().getFlags().contains(Modifier.STATIC))
                .count();
        if (components > PARAMETERS && !isTable()) {
          flaws.add(
              name + ": the record " + type.getSimpleName() + " has " + components + " components");
        }
      }
      return super.visitClass(type, null);
    }
  }

  private static final class Source extends SimpleJavaFileObject {

    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
