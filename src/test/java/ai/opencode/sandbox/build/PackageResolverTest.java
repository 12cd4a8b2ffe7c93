package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.InstalledPackages;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PackageResolverTest {

  private static final AnApk TOOL = AnApk.named("tool").depends("library");
  private static final AnApk LIBRARY = AnApk.named("library");
  private static final AnApk OTHER = AnApk.named("other");
  private static final AnApk NEW_TOOL = TOOL.version("2.0-r0");
  private static final AnApk NEW_LIBRARY = LIBRARY.version("2.0-r0");
  private static final AnApk NEW_OTHER = OTHER.version("2.0-r0");
  private static final InstalledSet NOTHING =
      new InstalledSet(new InstalledPackages(List.of()), World.parse(""));

  @Nested
  class Anew {

    private final PackageResolver resolver =
        new PackageResolver(new LockMode.Fresh(Optional.empty()));

    @Test
    void choosesTheNewestWithWhatItNeeds() {
      ResolvedImage.Solved image =
          resolver.resolve(
              planned("tool"),
              NOTHING,
              offering(TOOL, NEW_TOOL, LIBRARY, NEW_LIBRARY, OTHER),
              BasePackages.KEEP);

      assertThat(labels(image)).containsExactly("library-2.0-r0", "tool-2.0-r0");
      assertThat(image.packages())
          .hasOnlyElementsOfType(ResolvedPackage.Solved.class)
          .extracting(each -> each.cause().requiredBy())
          .containsExactly("tool", null);
    }

    @Test
    void doesTheSameForALockInUse() {
      ResolvedImage.Solved image =
          new PackageResolver(new LockMode.Use(Optional.empty(), false, false))
              .resolve(planned("other"), NOTHING, offering(OTHER, NEW_OTHER), BasePackages.KEEP);

      assertThat(labels(image)).containsExactly("other-2.0-r0");
    }

    @Test
    void asksForWhatIsAskedForBelowAndByParents() {
      InstalledSet below =
          new InstalledSet(new InstalledPackages(List.of()), World.parse("library<2\n"));
      ImageDefinition child =
          ImageDefinition.from(ASmallUpstream.image("tool"), "child").withPackages("other");

      ResolvedImage.Solved image =
          resolver.resolve(
              new PlannedImage(Platform.LINUX_AMD64, child, null),
              below,
              offering(TOOL, LIBRARY, NEW_LIBRARY, OTHER),
              BasePackages.KEEP);

      assertThat(labels(image)).containsExactly("library-1.0-r0", "other-1.0-r0", "tool-1.0-r0");
      assertThat(image.installed().world().requests())
          .isEqualTo(Dependency.listOf("library<2 other tool"));
    }

    @Test
    void addsNothingThatIsThereAlready() {
      InstalledSet below = installed("library", LIBRARY);

      ResolvedImage.Solved image =
          resolver.resolve(
              planned("tool"), below, offering(TOOL, LIBRARY, NEW_LIBRARY), BasePackages.KEEP);

      assertThat(labels(image)).containsExactly("tool-1.0-r0");
      assertThat(image.installed().packages())
          .extracting(each -> each.label())
          .containsExactlyInAnyOrder("library-1.0-r0", "tool-1.0-r0");
    }

    @Test
    void bringsThePackagesOfTheBaseUpToDateFirst() {
      ResolvedImage.Solved image =
          resolver.resolve(
              planned("tool"),
              installed("apk-tools ssl library", SSL, LIBRARY, APK),
              offering(TOOL, LIBRARY, NEW_LIBRARY, SSL, NEW_SSL, APK, NEW_APK),
              BasePackages.UPGRADE);

      ApkVersion old = ApkVersion.of("1.0-r0");
      assertThat(labels(image))
          .containsExactly("apk-tools-2.0-r0", "library-2.0-r0", "ssl-2.0-r0", "tool-1.0-r0");
      assertThat(image.packages())
          .extracting(each -> each.cause().replaces())
          .containsExactly(old, old, old, null);
    }

    @Test
    void leavesThePackagesOfTheBaseWhereThatIsAskedFor() {
      ResolvedImage.Solved image =
          resolver.resolve(
              planned("tool"),
              installed("ssl library", SSL, LIBRARY),
              offering(TOOL, LIBRARY, NEW_LIBRARY, SSL, NEW_SSL),
              BasePackages.KEEP);

      assertThat(labels(image)).containsExactly("tool-1.0-r0");
    }

    /** They were brought up to date with the parent. */
    @Test
    void leavesThePackagesOfAParent() {
      ImageDefinition parent = ASmallUpstream.image("ssl");
      PlannedImage below = new PlannedImage(Platform.LINUX_AMD64, parent, null);
      PlannedImage child =
          new PlannedImage(
              Platform.LINUX_AMD64,
              ImageDefinition.from(parent, "child").withPackages("tool"),
              below);

      ResolvedImage.Solved image =
          resolver.resolve(
              child,
              installed("ssl", SSL),
              offering(TOOL, LIBRARY, SSL, NEW_SSL),
              BasePackages.UPGRADE);

      assertThat(labels(image)).containsExactly("library-1.0-r0", "tool-1.0-r0");
    }

    @Test
    void namesThePlatformsPackages() {
      PlannedImage arm =
          new PlannedImage(Platform.LINUX_ARM64, ASmallUpstream.image("other"), null);

      assertThat(resolver.resolve(arm, NOTHING, offering(OTHER), BasePackages.KEEP).locations())
          .singleElement()
          .satisfies(each -> assertThat(each.architecture()).isEqualTo("aarch64"));
    }

    @Test
    void refusesWhatNoChoiceSatisfies() {
      assertThatThrownBy(
              () -> resolver.resolve(planned("tool"), NOTHING, offering(TOOL), BasePackages.KEEP))
          .isInstanceOf(ResolutionException.class)
          .hasMessageContaining("library");
    }
  }

  @Nested
  class InPart {

    @Test
    void keepsTheNeighboursOfWhatMoves() {
      ResolvedImage.Solved image =
          update("tool")
              .resolve(
                  planned("tool", "other"),
                  NOTHING,
                  offering(TOOL, NEW_TOOL, NEW_LIBRARY, LIBRARY, NEW_OTHER, OTHER),
                  BasePackages.KEEP);

      assertThat(labels(image)).containsExactly("other-1.0-r0", "library-1.0-r0", "tool-2.0-r0");
      assertThat(image.removed()).isEmpty();
    }

    @Test
    void movesTheDependenciesThatMustMove() {
      ResolvedImage.Solved image =
          update("tool")
              .resolve(
                  planned("tool", "other"),
                  NOTHING,
                  offering(
                      TOOL, NEW_TOOL.depends("library>=2"), LIBRARY, NEW_LIBRARY, OTHER, NEW_OTHER),
                  BasePackages.KEEP);

      assertThat(labels(image)).containsExactly("other-1.0-r0", "library-2.0-r0", "tool-2.0-r0");
    }

    @Test
    void isNotHeldBackByAPackageThatStays() {
      AnApk app = AnApk.named("app").depends("tool=1.0-r0");
      AnApk newApp = AnApk.named("app").version("2.0-r0").depends("tool=2.0-r0");
      LockMode mode =
          new LockMode.Update(
              ALock.of(UpstreamKind.MIRROR, "small", ALock.image(app, TOOL, LIBRARY)),
              Set.of("tool"));

      ResolvedImage.Solved image =
          new PackageResolver(mode)
              .resolve(
                  planned("app", "tool"),
                  NOTHING,
                  offering(app, newApp, TOOL, NEW_TOOL, LIBRARY),
                  BasePackages.KEEP);

      assertThat(labels(image)).containsExactly("library-1.0-r0", "tool-2.0-r0", "app-2.0-r0");
    }

    @Test
    void keepsWhatMovesWhereThereIsNoOtherBuild() {
      ResolvedImage.Solved image =
          update("tool")
              .resolve(
                  planned("tool", "other"),
                  NOTHING,
                  offering(TOOL, LIBRARY, OTHER, NEW_OTHER),
                  BasePackages.KEEP);

      assertThat(labels(image)).containsExactly("other-1.0-r0", "library-1.0-r0", "tool-1.0-r0");
    }

    @Test
    void followsARepositoryThatGoesBack() {
      AnApk older = TOOL.version("0.9-r0");

      ResolvedImage.Solved image =
          update("tool")
              .resolve(
                  planned("tool", "other"),
                  NOTHING,
                  offering(older, LIBRARY, OTHER),
                  BasePackages.KEEP);

      assertThat(labels(image)).contains("tool-0.9-r0");
    }

    @Test
    void doesNotGoBackWhereAnOlderBuildIsOfferedToo() {
      AnApk older = TOOL.version("0.9-r0");

      ResolvedImage image =
          update("tool")
              .resolve(
                  planned("tool", "other"),
                  NOTHING,
                  offering(older, TOOL, LIBRARY, OTHER),
                  BasePackages.KEEP);

      assertThat(labels(image)).contains("tool-1.0-r0");
    }

    @Test
    void takesAnotherBuildOfTheSameVersion() {
      AnApk rebuilt = OTHER.info("pkgdesc", "built again");

      ResolvedImage.Solved image =
          update("other")
              .resolve(planned("other"), NOTHING, offering(OTHER, rebuilt), BasePackages.KEEP);

      assertThat(image.locations())
          .singleElement()
          .satisfies(each -> assertThat(each.checksum()).isEqualTo(rebuilt.toPackage().checksum()));
    }

    @Test
    void findsSupersededBuildsInEveryRepository() {
      List<Repository> repositories = new ArrayList<>(offering(TOOL, LIBRARY, OTHER));
      repositories.add(
          new Repository(new RepositoryLocation("/more"), null, List.of(NEW_TOOL.toPackage())));

      ResolvedImage.Solved image =
          update("tool")
              .resolve(planned("tool", "other"), NOTHING, repositories, BasePackages.KEEP);

      assertThat(image.locations())
          .filteredOn(each -> each.name().equals("tool"))
          .singleElement()
          .satisfies(each -> assertThat(each.repository()).hasToString("/more"));
    }

    @Test
    void choosesAnotherBuildWhereTheLockedOneIsGone() {
      ResolvedImage.Solved image =
          update("tool")
              .resolve(
                  planned("tool", "other"),
                  NOTHING,
                  offering(NEW_TOOL, NEW_LIBRARY, NEW_OTHER),
                  BasePackages.KEEP);

      assertThat(labels(image)).containsExactly("other-2.0-r0", "library-2.0-r0", "tool-2.0-r0");
    }

    @Test
    void holdsNothingFastThatOnlyAnotherImageHas() {
      PlannedImage arm =
          new PlannedImage(Platform.LINUX_ARM64, ASmallUpstream.image("other"), null);

      assertThat(
              labels(
                  update("tool")
                      .resolve(arm, NOTHING, offering(OTHER, NEW_OTHER), BasePackages.KEEP)))
          .containsExactly("other-2.0-r0");
    }

    @Test
    void movesAPackageOfTheBaseThatTheLockDoesNotNameYet() {
      ResolvedImage.Solved image =
          update("ssl")
              .resolve(
                  planned("tool", "other"),
                  installed("ssl", SSL),
                  offering(TOOL, LIBRARY, OTHER, NEW_OTHER, SSL, NEW_SSL),
                  BasePackages.UPGRADE);

      assertThat(labels(image))
          .containsExactlyInAnyOrder("ssl-2.0-r0", "library-1.0-r0", "other-1.0-r0", "tool-1.0-r0");
    }

    @Test
    void movesNoPackageOfTheBaseForAnother() {
      ResolvedImage.Solved image =
          update("other")
              .resolve(
                  planned("tool", "other"),
                  installed("ssl", SSL),
                  offering(TOOL, LIBRARY, OTHER, NEW_OTHER, SSL, NEW_SSL),
                  BasePackages.UPGRADE);

      assertThat(labels(image))
          .containsExactlyInAnyOrder("library-1.0-r0", "other-2.0-r0", "tool-1.0-r0");
    }

    @Test
    void namesAPackageThatNeitherLockNorBaseHas() {
      assertThatThrownBy(
              () ->
                  update("tool", "sssl")
                      .resolve(
                          planned("tool"),
                          installed("ssl", SSL),
                          offering(TOOL, LIBRARY),
                          BasePackages.UPGRADE))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "Neither the lock nor its base image has a package sssl to update. Name packages of"
                  + " the lock: library, other, tool.");
    }

    @Nested
    class OverABaseThatTheLockHasBroughtUpToDate {

      private final AnApk middle = SSL.version("1.5-r0").depends("library");

      @Test
      void keepsTheLockedBuildThatIsStillOffered() {
        assertThat(updated("other", offering(SSL, middle, NEW_SSL, LIBRARY, NEW_OTHER)))
            .contains("ssl-1.5-r0", "other-2.0-r0");
      }

      @Test
      void takesTheNewestBuildWhereTheLockedOneIsGone() {
        assertThat(updated("other", offering(SSL, NEW_SSL, LIBRARY, NEW_OTHER)))
            .contains("ssl-2.0-r0", "other-2.0-r0");
        assertThat(updated("other", offering(NEW_SSL, LIBRARY, NEW_OTHER))).contains("ssl-2.0-r0");
      }

      @Test
      void takesAnOlderBuildThatIsNewerThanTheBasesOwn() {
        assertThat(updated("other", offering(SSL.version("1.2-r0"), LIBRARY, NEW_OTHER)))
            .contains("ssl-1.2-r0");
      }

      @Test
      void leavesTheBasesOwnBuildWhereNothingNewerIsOffered() {
        assertThat(updated("other", offering(SSL, LIBRARY, NEW_OTHER)))
            .noneMatch(label -> label.startsWith("ssl"));
        assertThat(updated("other", offering(LIBRARY, NEW_OTHER)))
            .noneMatch(label -> label.startsWith("ssl"));
      }

      /** Only apk's {@code add --upgrade} brings the dependencies up to date too. */
      @Test
      void movesNothingThatTheNewestBuildNeedsInAnyVersion() {
        List<Repository> repositories =
            offering(NEW_SSL.depends("library"), NEW_LIBRARY, NEW_OTHER);
        assertThat(updated("other", repositories))
            .contains("ssl-2.0-r0")
            .noneMatch(label -> label.startsWith("library"));
        assertThat(updated("ssl", repositories))
            .contains("ssl-2.0-r0")
            .noneMatch(label -> label.startsWith("library"));
      }

      @Test
      void doesNotGoBackWhereTheLockedBuildCannotStay() {
        AnApk needy = NEW_OTHER.depends("library=2.0-r0");
        AnApk strict = SSL.version("1.5-r0").depends("library=1.0-r0");
        List<Repository> repositories =
            offering(SSL, strict, NEW_SSL.depends("library=2.0-r0"), NEW_LIBRARY, needy);

        assertThat(labels(resolve(strict, "other", repositories, BasePackages.UPGRADE)))
            .contains("ssl-2.0-r0", "library-2.0-r0", "other-2.0-r0");
      }

      @Test
      void movesToTheNewestBuildOnlyIfThatIsAskedFor() {
        assertThat(updated("ssl", offering(SSL, middle, NEW_SSL, LIBRARY, OTHER, NEW_OTHER)))
            .contains("ssl-2.0-r0", "other-1.0-r0");
        assertThat(updated("ssl", offering(SSL, middle, LIBRARY, OTHER))).contains("ssl-1.5-r0");
      }

      @Test
      void leavesTheBasesOwnBuildWhereItsPackagesAreKept() {
        List<Repository> repositories = offering(SSL, NEW_SSL, LIBRARY, NEW_OTHER);

        assertThat(labels(resolve(middle, "other", repositories, BasePackages.KEEP)))
            .containsExactly("other-2.0-r0");
        assertThat(labels(resolve(middle, "ssl", repositories, BasePackages.KEEP)))
            .contains("ssl-2.0-r0");
      }

      @Test
      void namesTheBuildsThatAreGone() {
        PackageResolver resolver = new PackageResolver(mode(middle, "other"));

        assertThat(resolver.gone(planned("other"), offering(SSL, NEW_SSL, LIBRARY)))
            .extracting(LockedPackage::name, LockedPackage::version)
            .containsExactly(tuple("ssl", ApkVersion.of("1.5-r0")));
        assertThat(resolver.gone(planned("other"), offering(middle))).isEmpty();
        assertThat(
                new PackageResolver(new LockMode.Fresh(Optional.empty()))
                    .gone(planned("other"), List.of()))
            .isEmpty();
      }

      private List<String> updated(String name, List<Repository> repositories) {
        return labels(resolve(middle, name, repositories, BasePackages.UPGRADE));
      }

      private ResolvedImage resolve(
          AnApk locked, String name, List<Repository> repositories, BasePackages basePackages) {
        return new PackageResolver(mode(locked, name))
            .resolve(
                planned("other"),
                installed("ssl library", SSL, LIBRARY),
                repositories,
                basePackages);
      }

      private LockMode mode(AnApk locked, String... names) {
        LockedImage image =
            new LockedImage(
                null,
                Dependency.listOf("other"),
                List.of(ALock.locked(locked), ALock.locked(OTHER)),
                List.of(),
                null,
                null);
        return new LockMode.Update(ALock.of(UpstreamKind.MIRROR, "small", image), Set.of(names));
      }
    }

    private PackageResolver update(String... names) {
      LockedImage image =
          new LockedImage(
              null,
              Dependency.listOf("other tool"),
              List.of(ALock.locked(OTHER), ALock.locked(LIBRARY, "tool"), ALock.locked(TOOL)),
              List.of(),
              null,
              null);
      LockFile lock = ALock.of(UpstreamKind.MIRROR, "small", image);
      return new PackageResolver(new LockMode.Update(lock, Set.of(names)));
    }
  }

  private static final AnApk SSL = AnApk.named("ssl");
  private static final AnApk NEW_SSL = SSL.version("2.0-r0");
  private static final AnApk APK = AnApk.named("apk-tools");
  private static final AnApk NEW_APK = APK.version("2.0-r0");

  private static PlannedImage planned(String... packages) {
    return new PlannedImage(Platform.LINUX_AMD64, ASmallUpstream.image(packages), null);
  }

  private static InstalledSet installed(String world, AnApk... packages) {
    List<ApkPackage> there = Stream.of(packages).map(AnApk::toPackage).toList();
    return new InstalledSet(new InstalledPackages(there), World.parse(world));
  }

  private static List<Repository> offering(AnApk... packages) {
    return List.of(
        new Repository(
            new RepositoryLocation(ALock.REPOSITORY),
            null,
            Stream.of(packages).map(AnApk::toPackage).toList()));
  }

  private static List<String> labels(ResolvedImage image) {
    return image.locations().map(each -> each.label()).toList();
  }
}
