package ai.opencode.sandbox.definition.file;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.DocumentEndEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.events.StreamEndEvent;
import org.yaml.snakeyaml.events.StreamStartEvent;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * The reader of a YAML file as nodes: one document of maps, lists and texts. Anchors, aliases,
 * tags, merge keys and repeated keys are reported with their places.
 *
 * <p>The events of SnakeYAML are read, because Jackson's tokens do not show the tags and anchors of
 * keys, and stop at the first key that is an alias.
 */
final class Yaml {

  static final int MAX_DEPTH = 16;
  static final int MAX_NODES = 20_000;
  static final int MAX_TEXT = 64 << 10;

  /**
   * The content of a file.
   *
   * @param root the outermost node; empty if there is none
   * @param complete whether the file was read to its end
   */
  record Document(Optional<Node> root, boolean complete) {}

  private final String text;
  private final Mistakes mistakes;
  private final ParserImpl parser;
  private Place last = Place.START;
  private int nodes;
  private boolean ended;
  private boolean complete = true;

  private Yaml(String text, Mistakes mistakes) {
    this.text = text;
    this.mistakes = mistakes;
    this.parser = new ParserImpl(new StreamReader(new StringReader(text)), new LoaderOptions());
  }

  static Document read(String text, Mistakes mistakes) {
    Yaml yaml = new Yaml(text, mistakes);
    Optional<Node> root = yaml.documents();
    return new Document(root, yaml.complete);
  }

  private Optional<Node> documents() {
    Node root = null;
    Event event;
    while ((event = next()) != null && !(event instanceof StreamEndEvent)) {
      if (event instanceof StreamStartEvent || event instanceof DocumentEndEvent) {
        continue;
      }
      if (event instanceof DocumentStartEvent start) {
        if (root != null) {
          mistakes.add(
              Place.of(start.getStartMark()),
              "A second document begins here. Keep one document in the file.");
          return Optional.of(root);
        }
        refuseDirectives(start);
        continue;
      }
      root = node(event, 1);
    }
    return Optional.ofNullable(root);
  }

  private void refuseDirectives(DocumentStartEvent start) {
    boolean defines = start.getTags() != null && !start.getTags().isEmpty();
    if (start.getVersion() != null || defines) {
      mistakes.add(
          Place.of(start.getStartMark()), "A line that begins with % is not supported. Delete it.");
    }
  }

  /** Returns the next event; null at the end, or after an error that makes the rest unreadable. */
  private @Nullable Event next() {
    if (ended) {
      return null;
    }
    try {
      Event event = parser.getEvent();
      if (event == null) {
        ended = true;
        return null;
      }
      last = Place.of(event.getStartMark());
      return event;
    } catch (MarkedYAMLException e) {
      SyntaxText error = SyntaxText.of(e, last);
      end(error.place(), error.sentence());
    } catch (RuntimeException e) {
      // The parser's own checks of escapes fail with exceptions that have no place.
      end(
          last,
          "The text from here on cannot be read. Check its quotes, escapes and control characters.");
    }
    return null;
  }

  /** Ends the reading because of a mistake. */
  private void end(Place place, String sentence) {
    ended = true;
    complete = false;
    if (!TabIndentation.report(text, place.line(), mistakes)) {
      mistakes.add(place, sentence);
    }
  }

  private Node node(Event event, int depth) {
    Place place = Place.of(event.getStartMark());
    if (++nodes > MAX_NODES) {
      tooMuch(place, "The file has more than " + MAX_NODES + " values. Remove some of them.");
      return new Node.Refused(place);
    }
    if (event instanceof AliasEvent alias) {
      mistakes.add(
          place, "*" + Shown.bare(alias.getAnchor()) + " is an alias. Write the value itself.");
      return new Node.Refused(place);
    }
    refuseAnchor(event, place);
    if (event instanceof ScalarEvent scalar) {
      refuseTag(scalar.getTag(), place);
      return scalar(scalar, place);
    }
    if (depth > MAX_DEPTH) {
      tooMuch(
          place, "Values are nested more than " + MAX_DEPTH + " levels. Make the file flatter.");
      return new Node.Refused(place);
    }
    if (event instanceof SequenceStartEvent list) {
      refuseTag(list.getTag(), place);
      return items(place, depth);
    }
    refuseTag(((MappingStartEvent) event).getTag(), place);
    return entries(place, depth);
  }

  private void tooMuch(Place place, String sentence) {
    if (!ended) {
      ended = true;
      complete = false;
      mistakes.add(place, sentence);
    }
  }

  private Node scalar(ScalarEvent scalar, Place place) {
    if (scalar.getValue().length() > MAX_TEXT) {
      mistakes.add(
          place, "The text is longer than 64 KiB. Put it into a file of its own, and name that.");
      return new Node.Refused(place);
    }
    if (scalar.getScalarStyle() == ScalarStyle.PLAIN && scalar.getValue().isEmpty()) {
      return new Node.Nothing(place);
    }
    return new Node.Text(place, scalar.getValue());
  }

  private Node items(Place place, int depth) {
    List<Node> items = new ArrayList<>();
    Event event;
    while ((event = next()) != null && !(event instanceof CollectionEndEvent)) {
      items.add(node(event, depth + 1));
    }
    return new Node.Items(place, items);
  }

  private Node entries(Place place, int depth) {
    List<Node.Entry> entries = new ArrayList<>();
    Map<String, Place> seen = new HashMap<>();
    Event event;
    while ((event = next()) != null && !(event instanceof CollectionEndEvent)) {
      Node key = node(event, depth + 1);
      Event valueEvent = next();
      if (valueEvent == null) {
        break;
      }
      Node value = node(valueEvent, depth + 1);
      if (isNew(key, seen)) {
        entries.add(new Node.Entry((Node.Text) key, value));
      }
    }
    return new Node.Entries(place, entries);
  }

  /** Returns whether a key is a text that the map does not have yet; any other key is reported. */
  private boolean isNew(Node key, Map<String, Place> seen) {
    if (key instanceof Node.Refused) {
      return false;
    }
    if (!(key instanceof Node.Text word)) {
      mistakes.add(
          key.place(), "A key cannot be " + key.kind() + ". Write a text before the colon.");
      return false;
    }
    if (word.text().equals("<<")) {
      mistakes.add(key.place(), "<< merges no keys here. Write the keys themselves.");
      return false;
    }
    Place first = seen.putIfAbsent(word.text(), key.place());
    if (first != null) {
      mistakes.add(
          key.place(),
          Shown.of(word.text()) + " is already in line " + first.line() + ". Keep one of them.");
    }
    return first == null;
  }

  private void refuseAnchor(Event event, Place place) {
    String anchor = ((NodeEvent) event).getAnchor();
    if (anchor != null) {
      mistakes.add(place, "&" + Shown.bare(anchor) + " is an anchor. Delete it.");
    }
  }

  private void refuseTag(@Nullable String tag, Place place) {
    if (tag != null) {
      mistakes.add(
          place,
          Shown.bare(tag.replaceFirst("^tag:yaml\\.org,2002:", "!!"))
              + " is a tag. Delete it, since every value is read as text.");
    }
  }
}
