package ai.opencode.sandbox.guide;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fenced block of a page.
 *
 * @param place page and line, for messages
 * @param section the heading above it
 * @param language the first word of the info string
 * @param info the words behind it: {@code file=NAME}, {@code exit=CODE}, {@code not-run="REASON"}
 * @param text the content
 */
record GuideBlock(
    String place, String section, String language, Map<String, String> info, String text) {

  private static final Path PAGES = Path.of("src", "site", "markdown");
  private static final Pattern WORD = Pattern.compile("([a-z-]+)=(?:\"([^\"]*)\"|(\\S+))");

  /** Returns the blocks of a page in their order. */
  static List<GuideBlock> of(String page) throws IOException {
    List<GuideBlock> blocks = new ArrayList<>();
    List<String> lines = Files.readAllLines(PAGES.resolve(page));
    String section = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("#")) {
        section = line.replaceFirst("^#+ ", "");
      } else if (line.startsWith("```")) {
        int end = i + 1;
        while (!lines.get(end).equals("```")) {
          end++;
        }
        String text = String.join("\n", lines.subList(i + 1, end)) + "\n";
        String[] words = line.substring(3).split(" ", 2);
        Map<String, String> info = words.length < 2 ? Map.of() : info(words[1]);
        blocks.add(new GuideBlock(page + ":" + (i + 1), section, words[0], info, text));
        i = end;
      }
    }
    return blocks;
  }

  private static Map<String, String> info(String text) {
    Map<String, String> info = new HashMap<>();
    Matcher words = WORD.matcher(text);
    while (words.find()) {
      info.put(words.group(1), words.group(2) == null ? words.group(3) : words.group(2));
    }
    return info;
  }

  /** A command, and the output that the page shows for it; empty if it shows none. */
  record Command(String line, List<String> output) {}

  /** Returns the commands of a console block. */
  List<Command> commands() {
    List<Command> commands = new ArrayList<>();
    StringBuilder command = new StringBuilder();
    boolean goesOn = false;
    for (String line : text.lines().toList()) {
      if (goesOn) {
        command.append('\n').append(line);
      } else if (line.startsWith("$ ")) {
        command = new StringBuilder(line.substring(2));
      } else {
        commands.get(commands.size() - 1).output().add(line);
        continue;
      }
      goesOn = line.endsWith("\\");
      if (!goesOn) {
        commands.add(new Command(command.toString(), new ArrayList<>()));
      }
    }
    return commands;
  }
}
