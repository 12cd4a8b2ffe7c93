package ai.opencode.sandbox.verify;

import static ai.opencode.sandbox.verify.ARawTar.head;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Hostile or unusual layers, the same in each run, each above the same ordinary layer. */
public final class OddLayers {

  enum Kind {
    PAX,
    GNU,
    OLD,
    DUPLICATES,
    LINKS,
    TWINS,
    WHITEOUTS,
    ATTRIBUTES,
    MIXED,
    SPARSE
  }

  /** Upper layers of an image, lowest first. */
  public record Odd(Kind kind, String name, List<byte[]> layers) {
    @Override
    public String toString() {
      return kind + ": " + name;
    }
  }

  private static final long SEED = 15;

  private final List<Odd> all = new ArrayList<>();
  private final Random random = new Random(SEED);

  public static List<Odd> all() {
    OddLayers layers = new OddLayers();
    layers.pax();
    layers.gnu();
    layers.old();
    layers.duplicates();
    layers.links();
    layers.twins();
    layers.whiteouts();
    layers.attributes();
    layers.sparse();
    layers.mixed();
    return layers.all;
  }

  public static byte[] below() {
    return new ARawTar()
        .directory("d")
        .file("d/a", "a below")
        .file("d/b", "b below")
        .directory("d/sub")
        .file("d/sub/deep", "deep below")
        .directory("e")
        .file("e/c", "c below")
        .add(head('5', "private/").mode(0700).owner(5, 6))
        .file("private/key", "key below")
        .symlink("link", "d")
        .directory("usr")
        .directory("usr/bin")
        .add(head('0', "usr/bin/git").mode(0755), "git below")
        .bytes();
  }

  private void add(Kind kind, String name, ARawTar... layers) {
    List<byte[]> bytes = new ArrayList<>();
    for (ARawTar layer : layers) {
      bytes.add(layer.bytes());
    }
    all.add(new Odd(kind, name, bytes));
  }

  private static ARawTar tar() {
    return new ARawTar();
  }

  private void pax() {
    Kind kind = Kind.PAX;
    for (int length : new int[] {1, 80, 84, 85, 86, 87, 99, 100, 101, 156, 240}) {
      add(kind, "path of " + length, tar().pax("path", "x".repeat(length)).file("short", "1"));
    }
    String deep = "long/" + "y".repeat(200) + "/" + "z".repeat(200);
    add(
        kind,
        "long directories",
        tar()
            .directory("long")
            .pax("path", deep.substring(0, 205) + "/")
            .directory("l")
            .pax("path", deep)
            .file("l2", "2"));
    add(kind, "path in UTF-8", tar().pax("path", "grüße-日本-🙂").file("x", "1"));
    add(kind, "path with dots", tar().pax("path", "./././d/new").file("x", "1"));
    add(kind, "linkpath", tar().pax("linkpath", "t".repeat(300)).symlink("s", "short"));
    add(
        kind,
        "linkpath of a hard link",
        tar().file("f", "1").pax("linkpath", "f").hardLink("h", "d/a"));
    add(kind, "owner", tar().pax("uid", "3000000", "gid", "4000000000").file("x", "1"));
    add(kind, "greatest owner", tar().pax("uid", "4294967294").file("x", "1"));
    add(kind, "dates", tar().pax("mtime", "1.5", "atime", "2.", "ctime", "-3.25").file("x", "1"));
    add(kind, "date before 1970", tar().pax("mtime", "-1.5").file("x", "1"));
    add(
        kind,
        "no values",
        tar().pax("path", "", "uid", "", "size", "", "mtime", "").file("x", "1"));
    add(
        kind,
        "last wins",
        tar().pax("path", "one", "path", "two", "uid", "1", "uid", "2").file("x", "1"));
    add(kind, "last empty", tar().pax("path", "one", "path", "").file("x", "1"));
    add(
        kind,
        "harmless",
        tar()
            .pax(
                "comment", "c",
                "hdrcharset", "BINARY",
                "charset", "ISO-IR 8859 1",
                "SCHILY.dev", "1",
                "SCHILY.ino", "2",
                "SCHILY.nlink", "3",
                "SCHILY.fflags", "nodump",
                "LIBARCHIVE.creationtime", "4.5")
            .file("x", "1"));
    add(kind, "unknown", tar().pax("VENDOR.key", "v=w", "path.", "p", "Path", "q").file("x", "1"));
    add(
        kind,
        "almost sparse",
        tar().pax("gnu.sparse.map", "0,1", "XGNU.sparse.name", "q").file("x", "1"));
    add(
        kind,
        "names of owners",
        tar().pax("uname", "söme", "gname", "x".repeat(99)).file("x", "1"));
    for (int size : new int[] {0, 1, 511, 512, 513, 1500}) {
      add(
          kind,
          "size " + size,
          tar()
              .pax("size", "" + size)
              .add(head('0', "x").size(77777))
              .content("s".repeat(size).getBytes(StandardCharsets.US_ASCII))
              .file("after", "1"));
    }
    add(kind, "size of a directory", tar().pax("size", "512").directory("x").file("after", "1"));
    add(kind, "size of a link", tar().pax("size", "512").symlink("x", "d").file("after", "1"));
    String[][] bad = {
      {"path", "/abs"},
      {"path", "../up"},
      {"path", "d/../up"},
      {"path", "a\0b"},
      {"path", "a\nb"},
      {"path", "d//a"},
      {"path", "."},
      {"size", "-1"},
      {"size", "+5"},
      {"size", "0x5"},
      {"size", "9223372036854775807"},
      {"size", "1.0"},
      {"uid", "4294967295"},
      {"uid", "-1"},
      {"uid", "4294967296"},
      {"gid", "18446744073709551616"},
      {"mtime", "x"},
      {"mtime", ".5"},
      {"atime", "1.x"},
      {"ctime", "5.x"},
      {"ctime", "1e5"},
      {"mtime", "99999999999999999"},
      {"uname", "a\0b"},
      {"VENDOR.key", "a\0b"},
      {"VEN\0DOR", "a"},
      {"SCHILY.realsize", "1"},
      {"SCHILY.filetype", "directory"},
      {"SUN.holesdata", "0"},
      {"GNU.volume.label", "v"},
      {"GNU.volume.filename", "d/a"},
      {"GNU.volume.size", "1"},
      {"GNU.dumpdir", "Yd/a"},
      {"SCHILY.volhdr.type", "4"},
      {"SCHILY.offset", "1"},
      {"SCHILY.path", "q"}
    };
    for (String[] record : bad) {
      add(
          kind,
          "refused " + record[0] + " " + record[1].replaceAll("[^!-~]", "?"),
          tar().pax(record).file("x", "1"));
    }
    byte[] good = ARawTar.records("path", "y");
    byte[] padded = new byte[good.length + 3];
    System.arraycopy(good, 0, padded, 0, good.length);
    add(kind, "NULs behind records", tar().header('x', padded).file("x", "1"));
    for (String text :
        new String[] {
          "9 path=y\n",
          "11 path=y\n",
          "010 path=y\n",
          "+10 path=y\n",
          "10  path=y\n",
          "10 path=y ",
          "4 a\n",
          "6 =ab\n",
          "7 pathy\n",
          "\n",
          " "
        }) {
      add(
          kind,
          "record " + text.trim(),
          tar().header('x', text.getBytes(StandardCharsets.UTF_8)).file("x", "1"));
    }
    add(kind, "empty header", tar().header('x', new byte[0]).file("x", "1"));
    add(kind, "two headers", tar().pax("path", "one").pax("uid", "2").file("x", "1"));
    add(kind, "header for nothing", tar().file("x", "1").pax("path", "one"));
    add(
        kind,
        "header, then a global one",
        tar().pax("path", "one").global("g", "comment", "c").file("x", "1"));
    add(kind, "global path", tar().global("g", "path", "one").file("x", "1"));
    add(kind, "global size", tar().global("g", "size", "0").file("x", "1"));
    add(
        kind,
        "global comment over git",
        tar().global("usr/bin/git", "comment", "c").file("x", "1"));
    add(kind, "global comment", tar().global("pax_global_header", "comment", "c").file("x", "1"));
    add(kind, "root is a file", tar().pax("path", "./").file("x", "1"));
    add(kind, "root is listed", tar().add(head('5', "./").mode(0700).owner(7, 7)).file("x", "1"));
  }

  private void gnu() {
    Kind kind = Kind.GNU;
    for (int length : new int[] {1, 99, 100, 101, 200, 255}) {
      String name = "n".repeat(length);
      add(
          kind,
          "name of " + length,
          tar().longName(name).add(head('0', "n").magic(ARawTar.GNU), "1"));
    }
    add(
        kind,
        "long link",
        tar().longLink("t".repeat(300)).add(head('2', "s").magic(ARawTar.GNU).link("t")));
    add(
        kind,
        "both",
        tar()
            .longLink("t".repeat(300))
            .longName("s".repeat(150))
            .add(head('2', "s").magic(ARawTar.GNU).link("t")));
    add(
        kind,
        "long directory",
        tar()
            .longName("f".repeat(150) + "/")
            .add(head('5', "f").magic(ARawTar.GNU))
            .file("x", "1"));
    add(kind, "name and PAX owner", tar().longName("n".repeat(150)).pax("uid", "7").file("x", "1"));
    add(
        kind,
        "name with a slash of type NUL",
        tar().longName("q/").add(head('\0', "n").magic(ARawTar.GNU)).file("x", "1"));
    add(
        kind,
        "dates",
        tar().add(head('0', "x").magic(ARawTar.GNU).octal(345, 12, 1).octal(357, 12, 2), "1"));
    add(
        kind,
        "dates in base 256",
        tar().add(head('0', "x").magic(ARawTar.GNU).base256(345, 12, 5), "1"));
    add(
        kind,
        "base 256 owner",
        tar()
            .add(
                head('0', "x")
                    .magic(ARawTar.GNU)
                    .base256(108, 8, 3_000_000_000L)
                    .base256(116, 8, 5),
                "1"));
    add(
        kind,
        "base 256 size",
        tar()
            .add(head('0', "x").magic(ARawTar.GNU).base256(124, 12, 3))
            .content(new byte[] {1, 2, 3})
            .file("after", "1"));
    add(
        kind,
        "base 256 date",
        tar().add(head('0', "x").magic(ARawTar.GNU).base256(136, 12, 9_000_000_000L), "1"));
    add(
        kind,
        "base 256 mode",
        tar().add(head('0', "x").magic(ARawTar.GNU).base256(100, 8, 0750), "1"));
    add(
        kind,
        "devices",
        tar()
            .add(head('3', "null").magic(ARawTar.GNU).device(1, 3))
            .add(head('4', "disk").magic(ARawTar.GNU).device(8, 300)));
    add(
        kind,
        "pad behind a name",
        tar().header('L', "name\0\0\0\0".getBytes(StandardCharsets.US_ASCII)).file("x", "1"));
    add(kind, "unused bytes", tar().add(head('0', "x").magic(ARawTar.GNU).text(500, "junk"), "1"));
    for (long value : new long[] {-1, -2, Long.MIN_VALUE, -1L << 40}) {
      add(
          kind,
          "size " + value,
          tar().add(head('0', "x").magic(ARawTar.GNU).base256(124, 12, value)));
      add(
          kind,
          "owner " + value,
          tar().add(head('0', "x").magic(ARawTar.GNU).base256(108, 8, value), "1"));
    }
    add(
        kind,
        "huge owner",
        tar().add(head('0', "x").magic(ARawTar.GNU).base256(108, 8, 1L << 32), "1"));
    add(kind, "huge size", tar().add(head('0', "x").magic(ARawTar.GNU).base256(124, 12, 1L << 50)));
    add(
        kind,
        "huge device",
        tar().add(head('3', "x").magic(ARawTar.GNU).base256(329, 8, 1L << 33).octal(337, 8, 3)));
    add(kind, "two names", tar().longName("one").longName("two").file("x", "1"));
    add(kind, "two targets", tar().longLink("one").longLink("two").symlink("x", "1"));
    add(kind, "empty name", tar().longName("").file("x", "1"));
    add(kind, "empty target", tar().longLink("").symlink("x", "1"));
    add(kind, "NUL in a name", tar().longName("usr/bin/git\0x").file("x", "1"));
    add(kind, "name over a PAX path", tar().longName("one").pax("path", "two").file("x", "1"));
    add(kind, "PAX path over a name", tar().pax("path", "two").longName("one").file("x", "1"));
    add(
        kind,
        "target over a PAX one",
        tar().longLink("one").pax("linkpath", "two").symlink("x", "1"));
    add(
        kind,
        "name, then global",
        tar().longName("one").global("pax_global_header", "comment", "c").file("x", "1"));
    add(kind, "name for nothing", tar().file("x", "1").longName("one"));
    add(
        kind,
        "prefix in place of a date",
        tar().add(head('0', "git").magic(ARawTar.GNU).prefix("usr/bin"), "1"));
    add(
        kind,
        "prefix that is a date",
        tar().add(head('0', "git").magic(ARawTar.GNU).prefix("0123"), "1"));
    for (char type : "SMDVNXAEIZ".toCharArray()) {
      add(kind, "type " + type, tar().add(head(type, "x").magic(ARawTar.GNU)).file("after", "1"));
      add(
          kind,
          "type " + type + " with content",
          tar().add(head(type, "x").magic(ARawTar.GNU), "1").file("after", "1"));
    }
  }

  private void old() {
    Kind kind = Kind.OLD;
    String v7 = ARawTar.V7;
    add(kind, "file of 1979", tar().add(head('\0', "x").magic(v7), "1"));
    add(kind, "directory of 1979", tar().add(head('\0', "x/").magic(v7)).file("x/y", "1"));
    add(
        kind,
        "directory of 1979 with a size",
        tar().add(head('\0', "x/").magic(v7).size(5)).file("x/y", "1"));
    add(
        kind,
        "links of 1979",
        tar()
            .add(head('0', "x").magic(v7), "1")
            .add(head('1', "h").magic(v7).link("x"))
            .add(head('2', "s").magic(v7).link("x")));
    add(
        kind,
        "unused fields are junk",
        tar()
            .add(
                head('0', "x")
                    .magic(v7)
                    .text(265, "\u00ff\u00fe")
                    .text(329, "zzz")
                    .prefix("usr/bin"),
                "1"));
    add(kind, "prefix", tar().add(head('0', "new").prefix("usr/bin"), "1"));
    add(
        kind,
        "prefix of 155",
        tar()
            .directory("p".repeat(155))
            .add(head('0', "n".repeat(100)).prefix("p".repeat(155)), "1"));
    add(kind, "name of 100", tar().add(head('0', "n".repeat(100)), "1"));
    add(
        kind,
        "unknown magic has no prefix",
        tar().add(head('0', "new").magic("uSTAR\00000").prefix("usr/bin"), "1"));
    add(
        kind,
        "magic without NUL has no prefix",
        tar().add(head('0', "new").magic("ustar100").prefix("usr/bin"), "1"));
    add(
        kind,
        "other version",
        tar().add(head('0', "new").magic("ustar\0  ").prefix("usr/bin"), "1"));
    add(
        kind,
        "Schily's prefix",
        tar()
            .add(
                head('0', "new")
                    .prefix("usr/bin")
                    .octal(476, 12, 1)
                    .octal(488, 12, 2)
                    .text(508, "tar\0"),
                "1"));
    add(
        kind,
        "Schily's prefix of 131",
        tar()
            .directory("p".repeat(131))
            .add(
                head('0', "new")
                    .prefix("p".repeat(140))
                    .text(476, "\0".repeat(12))
                    .text(508, "tar\0"),
                "1"));
    add(
        kind,
        "blanks before numbers",
        tar().add(head('0', "x").text(100, "   755 \0").text(108, "     7 \0"), "1"));
    add(
        kind,
        "no NUL behind numbers",
        tar().add(head('0', "x").text(100, "00000755").text(108, "00000012"), "1"));
    add(
        kind,
        "empty numbers",
        tar().add(head('0', "x").text(100, "\0".repeat(8)).text(108, " ".repeat(8)), "1"));
    add(
        kind,
        "mode with a type",
        tar().add(head('0', "x").mode(0100644), "1").add(head('5', "f").mode(040700)));
    add(kind, "type NUL in ustar", tar().add(head('\0', "x"), "1"));
    add(kind, "pipe", tar().add(head('6', "x").mode(0640).owner(3, 4)));
    add(
        kind,
        "devices",
        tar().add(head('3', "c").device(5, 1).mode(0620)).add(head('4', "b").device(259, 70000)));
    add(kind, "block device 0:0", tar().add(head('4', "b").device(0, 0)));
    add(
        kind,
        "special bits",
        tar().add(head('0', "x").mode(06755).owner(9, 9), "1").add(head('5', "t").mode(01777)));
    add(kind, "file with a directory's name", tar().add(head('0', "x/"), "1"));
    add(kind, "character device 0:0 over git", tar().add(head('3', "usr/bin/git").device(0, 0)));
    add(
        kind,
        "character device of 1979",
        tar().add(head('3', "usr/bin/git").magic(v7).device(5, 1)));
    add(kind, "great device", tar().add(head('3', "x").device(4096, 1)));
    add(kind, "great minor", tar().add(head('3', "x").device(1, 0x100000)));
    add(kind, "contiguous file", tar().add(head('7', "x"), "1"));
    add(
        kind,
        "NUL before a size",
        tar()
            .add(head('0', "x").text(124, "\0000000000003\0"))
            .content(new byte[] {1, 2, 3})
            .file("after", "1"));
    add(kind, "NUL before a mode", tar().add(head('0', "x").text(100, "\000004755"), "1"));
    add(kind, "digits behind a blank", tar().add(head('0', "x").text(100, "0644 77\0"), "1"));
    add(kind, "digits behind a NUL", tar().add(head('0', "x").text(100, "0644\00077"), "1"));
    add(kind, "sign", tar().add(head('0', "x").text(100, "-000644\0"), "1"));
    add(kind, "letters in a device", tar().add(head('0', "x").text(329, "abcdefg\0"), "1"));
    add(
        kind,
        "letters in an owner that PAX sets",
        tar().pax("uid", "1").add(head('0', "x").text(108, "abcdefg\0"), "1"));
    add(
        kind,
        "letters in Schily's date",
        tar().add(head('0', "x").text(476, "abc").text(508, "tar\0"), "1"));
    add(kind, "signed sum", tar().add(head('0', "gr\u00c3\u00bcn").signedSum(), "1"));
    add(kind, "name that is not UTF-8", tar().add(head('0', "gr\u00fcn"), "1"));
    add(
        kind,
        "device with a size",
        tar().add(head('3', "x").device(1, 3).size(512)).file("after", "1"));
    add(kind, "directory with a size", tar().add(head('5', "x/").size(512)).file("after", "1"));
    for (char type : "8:@aghLKxz~".toCharArray()) {
      if ("LKxg".indexOf(type) < 0) {
        add(kind, "type " + type, tar().add(head(type, "x")).file("after", "1"));
      }
    }
  }

  private void duplicates() {
    Kind kind = Kind.DUPLICATES;
    add(kind, "directory twice", tar().directory("x").directory("x").file("x/y", "1"));
    add(
        kind,
        "directory twice, other mode",
        tar().directory("x").file("x/y", "1").add(head('5', "x/").mode(0700).owner(8, 9)));
    add(kind, "directory of below", tar().add(head('5', "d/").mode(0711).owner(8, 9)));
    add(kind, "directory behind its file", tar().file("x/y", "1").add(head('5', "x/").mode(0711)));
    add(kind, "file over a file", tar().directory("d").file("d/a", "new"));
    add(kind, "file over a file of an unlisted directory", tar().file("d/a", "new"));
    add(kind, "file over a directory", tar().file("d", "new"));
    add(kind, "directory over a file", tar().directory("d").directory("d/a").file("d/a/x", "1"));
    add(kind, "link over a directory", tar().symlink("d", "e"));
    add(kind, "directory over a link", tar().directory("link").file("link/a", "new"));
    add(kind, "pipe over a file", tar().directory("d").add(head('6', "d/a")));
    add(
        kind,
        "private directory listed",
        tar().add(head('5', "private/").mode(0700).owner(5, 6)).file("private/new", "1"));
    add(
        kind,
        "two layers over a file",
        tar().directory("d").file("d/a", "one"),
        tar().directory("d").file("d/a", "two"));
    add(
        kind,
        "file, directory, file",
        tar().file("d", "one"),
        tar().directory("d").file("d/new", "1"),
        tar().directory("d").file("d/new", "2"));
    add(
        kind,
        "with and without dot",
        tar().add(head('5', "./x/")).directory("x").file("./x/y", "1"));
    add(kind, "private directory unlisted", tar().file("private/new", "1"));
    add(kind, "unlisted directory", tar().file("new/x", "1"));
    add(kind, "file twice", tar().file("x", "1").file("x", "2"));
    add(kind, "file twice with a dot", tar().file("x", "1").file("./x", "2"));
    add(kind, "file twice by PAX", tar().file("x", "1").pax("path", "x").file("y", "2"));
    add(kind, "file twice by GNU", tar().file("x", "1").longName("x").file("y", "2"));
    add(kind, "file, then link", tar().file("x", "1").symlink("x", "d"));
    add(kind, "link, then file", tar().symlink("x", "d/a").file("x", "1"));
    add(kind, "directory, then link", tar().directory("x").symlink("x", "usr"));
    add(kind, "link, then directory", tar().symlink("x", "usr").directory("x"));
    add(
        kind,
        "file in a directory that becomes a link",
        tar().file("d/a", "1").symlink("d", "usr"));
    add(
        kind,
        "hard link through such a link",
        tar()
            .file("d/git", "good")
            .file("usr/git", "evil")
            .symlink("d", "usr")
            .hardLink("h", "d/git"));
    add(kind, "below a file", tar().file("x", "1").file("x/y", "2"));
    add(kind, "below a link", tar().symlink("x", "usr/bin").file("x/git", "2"));
    add(kind, "below a link of below", tar().file("link/a", "2"));
  }

  private void links() {
    Kind kind = Kind.LINKS;
    for (String target :
        new String[] {
          "d/a",
          "/d/a",
          "../../../d/a",
          "none",
          "s",
          ".",
          "..",
          "/",
          "a b",
          "//d//a",
          "d/a/",
          "\\",
          "%2e"
        }) {
      add(kind, "to " + target, tar().symlink("s", target));
    }
    add(kind, "hard", tar().file("x", "1").hardLink("y", "x"));
    add(kind, "hard with dots", tar().file("x", "1").hardLink("y", "./x"));
    add(kind, "hard, three names", tar().file("x", "1").hardLink("y", "x").hardLink("d/z", "y"));
    add(
        kind,
        "hard with a size",
        tar()
            .add(head('0', "x"), "12345")
            .add(head('1', "y").link("x").size(5))
            .file("after", "1"));
    add(
        kind,
        "hard with another date",
        tar().file("x", "1").add(head('1', "y").link("x").octal(136, 12, 5)));
    add(kind, "hard to a link", tar().symlink("x", "d").hardLink("y", "x"));
    add(
        kind,
        "hard to a pipe",
        tar().add(head('6', "x").mode(0600)).add(head('1', "y").mode(0600).link("x")));
    add(
        kind,
        "hard to a device",
        tar().add(head('3', "x").device(1, 3)).add(head('1', "y").link("x")));
    add(
        kind,
        "hard, first name hidden above",
        tar().file("x", "1").hardLink("y", "x"),
        tar().file("x", "2"));
    add(
        kind,
        "hard, first name gone above",
        tar().file("x", "1").hardLink("y", "x").hardLink("z", "x"),
        tar().file(".wh.x", ""));
    add(
        kind,
        "hard over a file of below",
        tar().directory("d").file("x", "1").hardLink("d/a", "x"));
    add(
        kind,
        "symbolic with a size",
        tar().add(head('2', "s").link("d").size(5)).file("after", "1"));
    add(kind, "symbolic with an owner", tar().add(head('2', "s").link("d").owner(5, 6).mode(0)));
    add(kind, "symbolic with a directory's name", tar().add(head('2', "s/").link("d")));
    add(kind, "hard before its target", tar().hardLink("y", "x").file("x", "1"));
    add(kind, "hard to below", tar().hardLink("y", "d/a"));
    add(kind, "hard to itself", tar().hardLink("y", "y"));
    add(kind, "hard to a directory", tar().directory("x").hardLink("y", "x"));
    add(kind, "hard to the root", tar().hardLink("y", "./"));
    add(kind, "hard up", tar().hardLink("y", "../etc/passwd"));
    add(kind, "hard, absolute", tar().file("x", "1").hardLink("y", "/x"));
    add(kind, "hard through a link", tar().file("d/x", "1").symlink("s", "d").hardLink("y", "s/x"));
    add(
        kind,
        "hard with another mode",
        tar().file("x", "1").add(head('1', "y").link("x").mode(0777)));
    add(
        kind,
        "hard with another owner",
        tar().file("x", "1").add(head('1', "y").link("x").owner(1, 1)));
    add(
        kind,
        "hard to setuid",
        tar().add(head('0', "x").mode(04755), "1").add(head('1', "y").link("x").mode(04755)));
    add(
        kind,
        "hard, then its target is replaced",
        tar().file("x", "1").hardLink("y", "x").file("x", "2"));
    add(kind, "empty", tar().symlink("s", ""));
    add(kind, "long", tar().pax("linkpath", "t".repeat(4100)).symlink("s", "x"));
  }

  private void twins() {
    Kind kind = Kind.TWINS;
    String[][] twins = {
      {"Readme", "README"},
      {"gr\u00fc\u00dfe.\u0101", "gru\u0308\u00dfe.a\u0304"},
      {"a", "a "},
      {"a", " a"},
      {"a.", "a"},
      {"-rf", "--"},
      {"*", "?"},
      {"a\\b", "a"},
      {"'", "\""},
      {"$HOME", "`id`"},
      {"con", "nul"},
      {"~", "#"},
      {"...", "...."},
      {"\u202e", "\u200b"},
      {"%00", "%2e"},
      {".hidden", "_.hidden"},
      {"\u017f", "s"}
    };
    for (String[] pair : twins) {
      add(
          kind,
          pair[0] + " and " + pair[1],
          tar().pax("path", pair[0]).file("x", "1").pax("path", pair[1]).file("x", "2"));
    }
    add(
        kind,
        "folders",
        tar().directory("Dir").file("Dir/a", "1").directory("dir").file("dir/a", "2"));
    add(
        kind,
        "directory and link",
        tar().directory("Dir").file("Dir/a", "1").symlink("dir", "usr"));
    add(
        kind,
        "name of 255",
        tar()
            .pax("path", "n".repeat(255))
            .file("x", "1")
            .pax("path", "N".repeat(255))
            .file("x", "1"));
    add(kind, "deep", deep(100));
    add(kind, "name of 256", tar().pax("path", "n".repeat(256)).file("x", "1"));
    add(kind, "name of 256 bytes", tar().pax("path", "\u00fc".repeat(128)).file("x", "1"));
    add(kind, "too deep", deep(200));
    for (String name : new String[] {"a\tb", "a\rb", "a\u001b[2Jb", "a\u007fb"}) {
      add(kind, "control character " + (int) name.charAt(1), tar().file(name, "1"));
    }
  }

  private static ARawTar deep(int depth) {
    ARawTar tar = tar();
    String path = "f";
    for (int i = 0; i < depth; i++) {
      tar.directory(path);
      path += "/f";
    }
    return tar.file(path, "1");
  }

  private void whiteouts() {
    Kind kind = Kind.WHITEOUTS;
    add(kind, "file", tar().directory("d").file("d/.wh.a", ""));
    add(kind, "file of an unlisted directory", tar().file("d/.wh.a", ""));
    add(kind, "folder", tar().file(".wh.d", ""));
    add(kind, "link", tar().file(".wh.link", ""));
    add(kind, "two", tar().directory("d").file("d/.wh.a", "").file("d/.wh.b", "").file("d/c", "1"));
    add(kind, "all", tar().file("d/.wh.a", "").file("d/.wh.b", "").file("d/.wh.sub", ""));
    add(kind, "with content", tar().file("d/.wh.a", "content").file("after", "1"));
    add(kind, "that is a directory", tar().directory("d/.wh.a"));
    add(kind, "that is a link", tar().symlink("d/.wh.a", "../usr"));
    add(kind, "that is a pipe", tar().add(head('6', "d/.wh.a")));
    add(kind, "with an owner", tar().add(head('0', "d/.wh.a").owner(5, 6).mode(0)));
    add(kind, "opaque", tar().directory("d").file("d/.wh..wh..opq", ""));
    add(
        kind,
        "opaque with new files",
        tar().directory("d").file("d/.wh..wh..opq", "").file("d/a", "new"));
    add(kind, "opaque of an unlisted directory", tar().file("d/.wh..wh..opq", ""));
    add(
        kind,
        "opaque below",
        tar()
            .directory("d")
            .directory("d/sub")
            .file("d/sub/.wh..wh..opq", "")
            .file("d/sub/new", "1"));
    add(
        kind,
        "opaque of a new directory",
        tar().directory("new").file("new/.wh..wh..opq", "").file("new/x", "1"));
    add(
        kind,
        "opaque, mode changed",
        tar().add(head('5', "d/").mode(0700)).file("d/.wh..wh..opq", ""));
    add(kind, "and again above", tar().file(".wh.d", ""), tar().directory("d").file("d/new", "1"));
    add(
        kind,
        "of what is in between",
        tar().file("x", "1").file("d/n", "1"),
        tar().file(".wh.x", "").file("d/.wh.n", ""));
    add(
        kind,
        "opaque in between",
        tar().directory("d").file("d/.wh..wh..opq", "").file("d/x", "1"),
        tar().directory("d").file("d/y", "1"));
    add(kind, "of its own file", tar().file("d/a", "new").file("d/.wh.a", ""));
    add(kind, "before its own file", tar().file("d/.wh.a", "").file("d/a", "new"));
    add(
        kind,
        "before its own directory",
        tar().file(".wh.d", "").directory("d").file("d/new", "1"));
    add(
        kind,
        "behind its own directory",
        tar().directory("d").file("d/new", "1").file(".wh.d", ""));
    add(kind, "inside another", tar().file(".wh.d", "").file("d/.wh.a", ""));
    add(kind, "around another", tar().file("d/.wh.a", "").file(".wh.d", ""));
    add(kind, "twice", tar().file("d/.wh.a", "").file("d/.wh.a", ""));
    add(kind, "of nothing", tar().file("d/.wh.none", ""));
    add(kind, "without a name", tar().file("d/.wh.", ""));
    for (String name : List.of(".wh.", ".wh..", ".wh...")) {
      add(
          kind,
          "refused of the root itself, by " + name,
          tar().directory("./"),
          tar().file(name, ""));
    }
    add(kind, "of dot", tar().file("d/.wh..", ""));
    add(kind, "of dots", tar().file("d/.wh...", ""));
    add(kind, "of a whiteout", tar().file("d/.wh..wh.a", ""));
    add(
        kind,
        "of AUFS",
        tar()
            .directory(".wh..wh.plnk")
            .file(".wh..wh.plnk/1.2", "x")
            .hardLink("y", ".wh..wh.plnk/1.2"));
    add(
        kind,
        "as a directory on the way",
        tar().directory("d").directory("d/.wh.a").file("d/.wh.a/x", "1"));
    add(kind, "through a link", tar().file("link/.wh.a", ""));
    add(kind, "in a private directory", tar().file("private/.wh.key", ""));
    add(kind, "in a file", tar().file("d", "1").file("d/.wh.a", ""));
    add(kind, "opaque root", tar().file(".wh..wh..opq", "").file("x", "1"));
    add(
        kind,
        "opaque behind files",
        tar().directory("d").file("d/new", "1").file("d/.wh..wh..opq", ""));
    add(
        kind,
        "opaque behind a file of an unlisted directory",
        tar().directory("d").file("d/sub/new", "1").file("d/.wh..wh..opq", ""));
    add(kind, "opaque private directory", tar().file("private/.wh..wh..opq", ""));
    add(kind, "opaque file", tar().file("d/a/.wh..wh..opq", ""));
    add(kind, "opaque and gone", tar().file(".wh.d", "").file("d/.wh..wh..opq", ""));
    add(kind, "hard link to one", tar().file("d/.wh.a", "x").hardLink("y", "d/.wh.a"));
  }

  private void attributes() {
    Kind kind = Kind.ATTRIBUTES;
    String xattr = "SCHILY.xattr.";
    String capability = "\1\0\0\2\u0000\4\0\0" + "\0".repeat(12);
    add(kind, "of a file", tar().pax(xattr + "user.a", "1").file("x", "1"));
    add(kind, "of a directory", tar().pax(xattr + "user.a", "1").directory("x"));
    add(kind, "of a directory of below", tar().pax(xattr + "user.a", "1").directory("d"));
    add(kind, "two", tar().pax(xattr + "user.a", "1", xattr + "user.b.c", "2").file("x", "1"));
    add(kind, "last wins", tar().pax(xattr + "user.a", "1", xattr + "user.a", "2").file("x", "1"));
    add(kind, "binary", tar().pax(xattr + "user.a", "\0\1\u00ff\n=").file("x", "1"));
    add(kind, "name in UTF-8", tar().pax(xattr + "user.gr\u00fcn", "1").file("x", "1"));
    add(kind, "name with percent", tar().pax(xattr + "user.a%3Db", "1").file("x", "1"));
    add(kind, "long value", tar().pax(xattr + "user.a", "v".repeat(1500)).file("x", "1"));
    add(
        kind,
        "of both names",
        tar()
            .pax(xattr + "user.a", "1")
            .file("x", "1")
            .pax(xattr + "user.a", "1")
            .hardLink("y", "x"));
    add(
        kind,
        "capability",
        tar().pax(xattr + "security.capability", capability).add(head('0', "x").mode(0755), "1"));
    add(
        kind,
        "capability and owner",
        tar()
            .pax(xattr + "security.capability", capability)
            .add(head('0', "x").mode(0755).owner(5, 6), "1"));
    add(
        kind,
        "file hidden above",
        tar().pax(xattr + "user.a", "1").file("x", "1"),
        tar().file("x", "2"));
    add(
        kind,
        "directory repeated above",
        tar().pax(xattr + "user.a", "1").directory("x"),
        tar().pax(xattr + "user.a", "1").directory("x").file("x/y", "1"));
    add(kind, "user.overlays", tar().pax(xattr + "user.overlays", "1").file("x", "1"));
    add(kind, "apk's", tar().pax("APK-TOOLS.checksum.SHA1", "0".repeat(40)).file("x", "1"));
    String[] refused = {
      "trusted.overlay.opaque",
      "trusted.overlay.redirect",
      "trusted.overlay.metacopy",
      "trusted.x",
      "user.overlay.opaque",
      "user.overlay.redirect",
      "user.overlay.whiteout",
      "user.overlay",
      "user.",
      "",
      "security.selinux",
      "security.ima",
      "security.evm",
      "security.SMACK64",
      "security.apparmor",
      "system.posix_acl_access",
      "system.posix_acl_default",
      "com.apple.provenance",
      "User.a",
      "x"
    };
    for (String name : refused) {
      add(kind, "refused " + name, tar().pax(xattr + name, "y").directory("d"));
      add(kind, "refused " + name + " of a file", tar().pax(xattr + name, "y").file("x", "1"));
    }
    for (String key :
        new String[] {
          "LIBARCHIVE.xattr.user.a",
          "SCHILY.acl.access",
          "SCHILY.acl.default",
          "RHT.security.selinux"
        }) {
      add(kind, "refused " + key, tar().pax(key, "y").file("x", "1"));
    }
    add(kind, "empty", tar().pax(xattr + "user.a", "").file("x", "1"));
    add(kind, "long name", tar().pax(xattr + "user." + "n".repeat(260), "1").file("x", "1"));
    add(kind, "longer value", tar().pax(xattr + "user.a", "v".repeat(5000)).file("x", "1"));
    add(kind, "of a link", tar().pax(xattr + "user.a", "1").symlink("x", "d"));
    add(kind, "of a pipe", tar().pax(xattr + "user.a", "1").add(head('6', "x")));
    add(
        kind,
        "capability of a directory",
        tar().pax(xattr + "security.capability", capability).directory("x"));
    add(
        kind,
        "capability of a link",
        tar().pax(xattr + "security.capability", capability).symlink("x", "d"));
    add(
        kind,
        "malformed capability",
        tar().pax(xattr + "security.capability", "\1").file("x", "1"));
    add(
        kind,
        "capability of a namespace",
        tar().pax(xattr + "security.capability", "\1\0\0\3" + "\1\0\0\0".repeat(5)).file("x", "1"));
    add(kind, "of one name", tar().pax(xattr + "user.a", "1").file("x", "1").hardLink("y", "x"));
    add(
        kind,
        "capability of one name",
        tar().pax(xattr + "security.capability", capability).file("x", "1").hardLink("y", "x"));
    add(
        kind,
        "of the other name",
        tar().file("x", "1").pax(xattr + "user.a", "1").hardLink("y", "x"));
    add(
        kind,
        "directory repeated without",
        tar().pax(xattr + "user.a", "1").directory("x").directory("x"));
    add(
        kind,
        "directory repeated above without",
        tar().pax(xattr + "user.a", "1").directory("x"),
        tar().directory("x").file("x/y", "1"));
    add(
        kind,
        "directory used above",
        tar().pax(xattr + "user.a", "1").directory("x"),
        tar().file("x/y", "1"));
    add(kind, "global", tar().global("g", xattr + "user.a", "1").file("x", "1"));
  }

  private void sparse() {
    Kind kind = Kind.SPARSE;
    String[][] forms = {
      {
        "GNU.sparse.map",
        "0,1",
        "GNU.sparse.numblocks",
        "1",
        "GNU.sparse.size",
        "1",
        "GNU.sparse.name",
        "usr/bin/git"
      },
      {"GNU.sparse.map", "0,1", "GNU.sparse.numblocks", "1", "GNU.sparse.size", "1"},
      {
        "GNU.sparse.size",
        "1",
        "GNU.sparse.numblocks",
        "1",
        "GNU.sparse.offset",
        "0",
        "GNU.sparse.numbytes",
        "1"
      },
      {"GNU.sparse.offset", "0", "GNU.sparse.numbytes", "1", "GNU.sparse.name", "usr/bin/git"},
      {
        "GNU.sparse.major",
        "0",
        "GNU.sparse.minor",
        "1",
        "GNU.sparse.map",
        "0,1",
        "GNU.sparse.numblocks",
        "1"
      },
      {
        "GNU.sparse.major",
        "1",
        "GNU.sparse.minor",
        "0",
        "GNU.sparse.name",
        "usr/bin/git",
        "GNU.sparse.realsize",
        "1"
      },
      {"GNU.sparse.major", "1", "GNU.sparse.minor", "0"},
      {"GNU.sparse.major", "2", "GNU.sparse.minor", "7", "GNU.sparse.name", "usr/bin/git"},
      {"GNU.sparse.name", "usr/bin/git"},
      {"GNU.sparse.realsize", "0"},
      {"GNU.sparse.map", ""},
      {"GNU.sparse.unknown", "x"},
      {"SUN.holesdata", "0 512"},
      {"SCHILY.realsize", "4096"},
      {"path", "x", "GNU.sparse.name", "usr/bin/git", "path", "y"},
    };
    for (String[] form : forms) {
      add(kind, String.join(" ", form), tar().pax(form).file("x", "1\n0\n1\n"));
      add(kind, "global " + String.join(" ", form), tar().global("g", form).file("x", "1\n0\n1\n"));
    }
    add(
        kind,
        "type S",
        tar()
            .add(
                head('S', "x")
                    .magic(ARawTar.GNU)
                    .octal(386, 12, 0)
                    .octal(398, 12, 1)
                    .octal(483, 12, 1),
                "1"));
    add(
        kind,
        "type S of a name",
        tar().longName("usr/bin/git").add(head('S', "x").magic(ARawTar.GNU).octal(483, 12, 1)));
  }

  /** A few random entries at a few paths, so that they collide. */
  private void mixed() {
    String[] paths = {
      "d", "d/a", "d/b", "d/sub", "d/sub/deep", "d/new", "e", "e/c", "link", "n", "n/x", "n/y"
    };
    for (int i = 0; i < 220; i++) {
      int layers = 1 + random.nextInt(2);
      ARawTar[] tars = new ARawTar[layers];
      for (int layer = 0; layer < layers; layer++) {
        ARawTar tar = tar();
        for (int entries = 2 + random.nextInt(4); entries > 0; entries--) {
          String path = paths[random.nextInt(paths.length)];
          int slash = path.lastIndexOf('/');
          switch (random.nextInt(12)) {
            case 0, 1, 2 -> tar.file(path, "content " + i + " " + entries);
            case 3, 4 -> tar.directory(path);
            case 5 -> tar.add(head('5', path + "/").mode(0750).owner(3, 4));
            case 6 -> tar.symlink(path, paths[random.nextInt(paths.length)]);
            case 7 -> {
              String target = "t" + entries;
              tar.file(target, "target").hardLink(path, target);
            }
            case 8 ->
                tar.file(path.substring(0, slash + 1) + ".wh." + path.substring(slash + 1), "");
            case 9 -> tar.file(path + "/.wh..wh..opq", "");
            case 10 -> tar.pax("path", path, "uid", "70000").file("x", "pax " + i);
            default -> tar.hardLink(path, paths[random.nextInt(paths.length)]);
          }
        }
        tars[layer] = tar;
      }
      add(Kind.MIXED, "number " + i, tars);
    }
  }
}
