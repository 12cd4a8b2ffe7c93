package ai.opencode.sandbox.security;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * A limit of processor time, as a number of processors.
 *
 * @param thousandths the processor time in thousandths of one processor: 1500 is the time of one
 *     and a half
 */
@Api
public record Cpus(int thousandths) {

  private static final Pattern NUMBER = Pattern.compile("\\d{1,4}(\\.\\d{1,3}0*)?");

  /** The kernel accepts no quota below a millisecond, and engines divide 100 milliseconds. */
  private static final int LEAST = 10;

  private static final int MOST = 4096 * 1000;

  public Cpus {
    if (thousandths < LEAST || thousandths > MOST) {
      throw new UsageException(
          "A limit of "
              + decimal(thousandths)
              + " processors is out of range. Use a number from 0.01 to 4096.");
    }
  }

  /**
   * Parses a decimal number: {@code 2}, {@code 1.5}, {@code 0.25}.
   *
   * @throws UsageException if the text is no such number, or out of range
   */
  public static Cpus of(String text) {
    if (!NUMBER.matcher(text).matches()) {
      throw new UsageException(
          "\""
              + text
              + "\" is not a number of processors. Use a decimal number with up to three"
              + " decimals, such as 2 or 1.5.");
    }
    return new Cpus(new BigDecimal(text).movePointRight(3).intValueExact());
  }

  /** Returns the number in billionths, the unit of the engines' API. */
  long billionths() {
    return thousandths * 1_000_000L;
  }

  /** Returns the number in its shortest decimal form. */
  @Override
  public String toString() {
    return decimal(thousandths);
  }

  private static String decimal(int thousandths) {
    return BigDecimal.valueOf(thousandths, 3).stripTrailingZeros().toPlainString();
  }
}
