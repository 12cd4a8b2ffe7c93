package ai.opencode.sandbox.cache;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Keys of recipes: different inputs have different keys, even if they look alike. */
class RecipeTest {

  private static final Digest ZERO = new Digest("0".repeat(64));

  @Test
  void equalInputsHaveTheSameKey() {
    Consumer<Recipe> adding =
        recipe -> recipe.add("a").add(1).add(true).add(ZERO).add(List.of("x", "y"));

    assertThat(key(adding)).isEqualTo(key(adding));
  }

  @Test
  void theKeyIsPinned() {
    assertThat(
            Recipe.of("kind", 7)
                .add("text")
                .add(-1)
                .add(false)
                .add(ZERO)
                .add(List.of("x"))
                .add(Map.of("a", "b"))
                .add(Optional.of("o"), Recipe::add)
                .digest()
                .hex())
        .as("a change to the form of recipes makes all records of every cache unreachable")
        .isEqualTo("6c97a251c0c48a0b48cd492b9e8c967a9429a4180b12bbdc4e34502ec8942344");
  }

  @Test
  void noTwoOfTheseAreTheSame() {
    List<Consumer<Recipe>> all =
        List.of(
            recipe -> {},
            recipe -> recipe.add(""),
            recipe -> recipe.add("").add(""),
            recipe -> recipe.add("ab").add("c"),
            recipe -> recipe.add("a").add("bc"),
            recipe -> recipe.add("abc"),
            recipe -> recipe.add("a").add("b"),
            recipe -> recipe.add("asb"),
            recipe -> recipe.add("1"),
            recipe -> recipe.add(1),
            recipe -> recipe.add(true),
            recipe -> recipe.add(false),
            recipe -> recipe.add(ZERO),
            recipe -> recipe.add(ZERO.hex()),
            recipe -> recipe.add(ZERO.toString()),
            recipe -> recipe.add(new byte[32]),
            recipe -> recipe.add("abc".getBytes(StandardCharsets.UTF_8)),
            recipe -> recipe.add(List.of()),
            recipe -> recipe.add(List.of("")),
            recipe -> recipe.add(List.of("a", "b")),
            recipe -> recipe.add(List.of("b", "a")),
            recipe -> recipe.add(List.of("a")).add(List.of("b")),
            recipe -> recipe.add(List.of("a", "b")).add(List.of()),
            recipe -> recipe.add(Map.of("a", "b")),
            recipe -> recipe.add(ordered("a", "b", "c", "d")),
            recipe -> recipe.add(ordered("c", "d", "a", "b")),
            recipe -> recipe.add(Optional.<String>empty(), Recipe::add),
            recipe -> recipe.add(Optional.of(""), Recipe::add),
            recipe -> recipe.add(Recipe.of("kind", 1)),
            recipe -> recipe.add(Recipe.of("kind", 1).digest()));

    List<Digest> keys = new ArrayList<>();
    all.forEach(each -> keys.add(key(each)));

    assertThat(keys).doesNotHaveDuplicates();
  }

  @Test
  void kindAndFormatCount() {
    assertThat(Recipe.of("one", 1).digest())
        .isNotEqualTo(Recipe.of("other", 1).digest())
        .isNotEqualTo(Recipe.of("one", 2).digest());
  }

  @Test
  void theKeyCanBeTakenBeforeTheRecipeGoesOn() {
    Recipe recipe = Recipe.of("kind", 1);
    Digest before = recipe.digest();

    assertThat(recipe.digest()).isEqualTo(before);
    assertThat(recipe.add("more").digest()).isNotEqualTo(before);
    assertThat(recipe.digest()).isEqualTo(Recipe.of("kind", 1).add("more").digest());
  }

  private static Digest key(Consumer<Recipe> adding) {
    Recipe recipe = Recipe.of("test", 1);
    adding.accept(recipe);
    return recipe.digest();
  }

  private static Map<String, String> ordered(String... entries) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put(entries[i], entries[i + 1]);
    }
    return map;
  }
}
