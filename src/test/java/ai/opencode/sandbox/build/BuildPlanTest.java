package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.build.BuildPlan.RequestedImage;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Platform;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuildPlanTest {

  private static final Platform AMD64 = Platform.LINUX_AMD64;
  private static final Platform ARM64 = Platform.LINUX_ARM64;
  private static final ImageDefinition PARENT = ASmallUpstream.image("tool");
  private static final ImageDefinition CHILD = ImageDefinition.from(PARENT, "child");
  private static final ImageDefinition SIBLING = ImageDefinition.from(PARENT, "sibling");
  private static final ImageDefinition GRANDCHILD = ImageDefinition.from(CHILD, "grandchild");

  @Test
  void hasAnImageForEachDefinitionAndPlatform() {
    BuildPlan plan = BuildPlan.of(List.of(CHILD, PARENT), List.of(ARM64, AMD64));

    assertThat(plan.platforms()).containsExactly(ARM64, AMD64);
    for (Platform platform : List.of(ARM64, AMD64)) {
      assertThat(plan.on(platform))
          .extracting(PlannedImage::label)
          .containsExactly("child for " + platform, "small for " + platform);
    }
    assertThat(plan.images()).extracting(RequestedImage::definition).containsExactly(CHILD, PARENT);
    assertThat(plan.images().get(0).platforms())
        .containsExactly(plan.on(ARM64).get(0), plan.on(AMD64).get(0));
  }

  @Test
  void countsARepeatedPlatformOnce() {
    BuildPlan plan = BuildPlan.of(List.of(PARENT), List.of(AMD64, ARM64, AMD64));

    assertThat(plan.platforms()).containsExactly(AMD64, ARM64);
    assertThat(plan.images().get(0).platforms())
        .extracting(PlannedImage::platform)
        .containsExactly(AMD64, ARM64);
  }

  @Test
  void leadsFromAChildToItsParents() {
    PlannedImage grandchild = plan(GRANDCHILD).on(AMD64).get(0);

    List<String> chain = new ArrayList<>();
    for (PlannedImage each = grandchild; each != null; each = each.parent()) {
      assertThat(each.platform()).isEqualTo(AMD64);
      chain.add(each.name());
    }
    assertThat(chain).containsExactly("grandchild", "child", "small");
  }

  @Test
  void hasUnrequestedParentsBelowOnly() {
    BuildPlan plan = plan(GRANDCHILD);

    assertThat(plan.on(AMD64)).extracting(PlannedImage::name).containsExactly("grandchild");
    assertThat(plan.withParents(AMD64))
        .extracting(PlannedImage::name)
        .containsExactly("grandchild");
  }

  @Test
  void sharesParents() {
    List<PlannedImage> images = plan(CHILD, PARENT, SIBLING).on(AMD64);

    assertThat(images.get(0).parent()).isSameAs(images.get(1));
    assertThat(images.get(2).parent()).isSameAs(images.get(1));
  }

  @Test
  void sharesNothingBetweenPlatforms() {
    BuildPlan plan = BuildPlan.of(List.of(CHILD), List.of(AMD64, ARM64));

    assertThat(plan.on(AMD64).get(0)).isNotEqualTo(plan.on(ARM64).get(0));
    assertThat(plan.on(ARM64).get(0).parent())
        .isEqualTo(new PlannedImage(ARM64, PARENT, null))
        .isNotEqualTo(plan.on(AMD64).get(0).parent());
  }

  @Test
  void knowsTheChildrenOfAnImage() {
    BuildPlan plan =
        BuildPlan.of(List.of(PARENT, GRANDCHILD, CHILD, SIBLING), List.of(AMD64, ARM64));
    PlannedImage parent = plan.on(ARM64).get(0);

    assertThat(plan.childrenOf(parent))
        .extracting(PlannedImage::label)
        .containsExactly("child for linux/arm64", "sibling for linux/arm64");
    assertThat(plan.childrenOf(plan.childrenOf(parent).get(0)))
        .extracting(PlannedImage::name)
        .containsExactly("grandchild");
    assertThat(plan.childrenOf(plan.childrenOf(parent).get(1))).isEmpty();
  }

  @Test
  void countsEveryImageOnAnotherAsDescendant() {
    assertThat(plan(GRANDCHILD, PARENT, SIBLING).withParents(AMD64))
        .extracting(PlannedImage::name)
        .containsExactly("grandchild", "sibling");
  }

  @Test
  void hasNothingForOtherPlatforms() {
    assertThatThrownBy(() -> plan(PARENT).on(ARM64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("linux/arm64 is not a platform of this plan");
  }

  @Test
  void refusesTwoImagesOfOneName() {
    for (ImageDefinition other :
        List.of(PARENT.withPackages("more"), ImageDefinition.from(CHILD, PARENT.name()))) {
      assertThatThrownBy(() -> plan(PARENT, other))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("Two different images have the name " + PARENT.name() + ".");
    }
    ImageDefinition over = ImageDefinition.from(PARENT.withPackages("more"), "over");
    assertThatThrownBy(() -> plan(CHILD, over)).isInstanceOf(UsageException.class);
    assertThat(plan(PARENT, CHILD, PARENT).on(AMD64)).hasSize(3);
  }

  @Test
  void staysAsItWasMade() {
    List<Platform> platforms = new ArrayList<>(List.of(AMD64));
    List<PlannedImage> planned = new ArrayList<>(plan(PARENT).on(AMD64));
    List<RequestedImage> images = new ArrayList<>(List.of(new RequestedImage(PARENT, planned)));
    BuildPlan plan = new BuildPlan(platforms, images);

    platforms.clear();
    planned.clear();
    images.clear();

    assertThat(plan.on(AMD64)).hasSize(1);
  }

  private static BuildPlan plan(ImageDefinition... definitions) {
    return BuildPlan.of(List.of(definitions), List.of(AMD64));
  }
}
