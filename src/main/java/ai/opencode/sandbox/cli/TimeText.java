package ai.opencode.sandbox.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time as a user writes it: {@code 2026-11-28T14:00:00Z}, or seconds since 1970. */
final class TimeText implements ITypeConverter<Instant> {

  @Override
  public Instant convert(String text) {
    String time = text.strip();
    if (time.matches("\\d{1,12}")) {
      return Instant.ofEpochSecond(Long.parseLong(time));
    }
    try {
      return Instant.parse(time);
    } catch (DateTimeParseException e) {
      throw new TypeConversionException(
          "\""
              + text
              + "\" is not a time. Write it as 2026-11-28T14:00:00Z, or in seconds since 1970.");
    }
  }
}
