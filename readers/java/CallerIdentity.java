// Part of auth0-api-gateway-authorizer. SPDX-License-Identifier: Apache-2.0
package identity; // your own, once you have copied the file

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The caller's identity, behind the Auth0 authorizer of an Amazon API Gateway.
 *
 * <p>The authorizer has verified the caller's token and forwards what it learned with every event of a REST, HTTP
 * (payload 1.0 and 2.0) or WebSocket API. This class reads it, and nothing else: neither a header nor a token. Copy the
 * file into your project; it needs Java 17 and no library.
 *
 * <pre>{@code
 * var options = CallerIdentity.Options.DEFAULT.withClaims(Map.of("roles", ClaimType.LIST));
 * var caller = CallerIdentity.fromAuthorizer(event.getRequestContext().getAuthorizer(), options);
 * var mayEdit = caller.claims().get("roles") instanceof List<?> roles && roles.contains("editor");
 * }</pre>
 *
 * @param subject the user at the issuer. Keep this, together with the issuer: an email can change hands
 * @param audience the API identifier, or for an ID token the client ID, that the token was accepted for
 * @param tokenUse {@code id} or {@code access}
 * @param emailVerified empty where the token does not say
 * @param principalType {@code user}, {@code agent}, {@code machine} or {@code anonymous}
 * @param actor who acts for the user, in a delegated token (RFC 8693, section 4.1)
 * @param actors all who act for the user, the current one first
 * @param claims custom claims, by the names that were declared: a String, Double, Boolean, List of String, or for
 *     JSON any of these, a Map or null. A claim that the token does not have has no key
 */
public record CallerIdentity(
    String subject,
    String issuer,
    String audience,
    String tokenUse,
    Instant expiresAt,
    Optional<String> email,
    Optional<Boolean> emailVerified,
    Optional<String> clientId,
    List<String> scopes,
    List<String> permissions,
    Optional<String> organization,
    Optional<String> organizationName,
    String principalType,
    Optional<String> actor,
    List<String> actors,
    Map<String, Object> claims) {

  /** What a custom claim is declared to be. JSON is anything, and yours to check; a forwarded string is a string. */
  public enum ClaimType {
    STRING,
    NUMBER,
    BOOLEAN,
    LIST,
    JSON
  }

  /**
   * What is read, and whose identities are accepted.
   *
   * @param claims the types of custom claims (AUTH0_CONTEXT_CLAIMS), by name
   * @param issuers whose identities are accepted, exactly as in the tokens: {@code https://acme.eu.auth0.com/}. Where
   *     empty, those of any authorizer that forwards the same names
   * @param clockTolerance the authorizer's own, so that a token that it just accepted is not refused here
   */
  public record Options(
      Map<String, ClaimType> claims, Optional<Set<String>> issuers, Clock clock, Duration clockTolerance) {

    public static final Options DEFAULT =
        new Options(Map.of(), Optional.empty(), Clock.systemUTC(), Duration.ofSeconds(5));

    public Options withClaims(Map<String, ClaimType> types) {
      return new Options(types, issuers, clock, clockTolerance);
    }

    public Options withIssuers(Set<String> accepted) {
      return new Options(claims, Optional.of(accepted), clock, clockTolerance);
    }

    public Options withClock(Clock other) {
      return new Options(claims, issuers, other, clockTolerance);
    }

    public Options withClockTolerance(Duration tolerance) {
      return new Options(claims, issuers, clock, tolerance);
    }
  }

  /** Why there is no identity. */
  public enum Code {
    /** The event did not pass the authorizer: its route has none. Answer 500. */
    MISSING("The event has no identity. Attach the authorizer to this route."),
    /** The identity is of another issuer than the options name. Answer 500. */
    WRONG_ISSUER(
        "The identity is of another issuer than `issuers` names. Attach the right authorizer, or spell the issuer as"
            + " the tokens do: https://DOMAIN/"),
    /** A claim is not of the type that the options declare. Answer 500. */
    WRONG_TYPE("The claim is not of the type that `claims` declares. Compare what the tenant's Action writes."),
    /** A WebSocket connection, or a cached simple answer, outlived the token. Ask the client for a new token. */
    EXPIRED("The identity is past the end of the caller's token.");

    private final String message;

    Code(String message) {
      this.message = message;
    }
  }

  /** There is no verified identity, or it is no longer valid. */
  public static final class IdentityError extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Code code;

    private IdentityError(Code code) {
      super(code.message);
      this.code = code;
    }

    private IdentityError(Code code, String claim) {
      super(claim + ": " + code.message);
      this.code = code;
    }

    public Code code() {
      return code;
    }
  }

  /**
   * Reads the identity from an event whose JSON was read into maps.
   *
   * @throws IdentityError where there is no identity to trust
   */
  public static CallerIdentity fromEvent(Map<String, ?> event, Options options) {
    return fromAuthorizer(asMap(asMap(asMap(event).get("requestContext")).get("authorizer")), options);
  }

  /**
   * Reads the identity from {@code requestContext.authorizer} of an event; on an HTTP API with payload 2.0 its member
   * {@code lambda} will do as well.
   *
   * @param authorizer may be null, as event classes have it on a route without an authorizer
   * @throws IdentityError where there is no identity to trust
   */
  public static CallerIdentity fromAuthorizer(Map<String, ?> authorizer, Options options) {
    var context = identityContext(asMap(authorizer));
    var issuer = text(context, "iss");
    if (options.issuers().isPresent() && !options.issuers().get().contains(issuer)) {
      throw new IdentityError(Code.WRONG_ISSUER);
    }
    var expiresAt = Instant.ofEpochSecond(Long.parseLong(text(context, "exp")));
    if (!options.clock().instant().isBefore(expiresAt.plus(options.clockTolerance()))) {
      throw new IdentityError(Code.EXPIRED);
    }
    return new CallerIdentity(
        text(context, "sub"),
        issuer,
        text(context, "aud"),
        text(context, "token_use"),
        expiresAt,
        optional(context, "email"),
        optional(context, "email_verified").map(Boolean::valueOf),
        optional(context, "client_id"),
        words(optional(context, "scope").orElse("")),
        words(optional(context, "permissions").orElse("")),
        optional(context, "org_id"),
        optional(context, "org_name"),
        optional(context, "principal_type").orElse("user"),
        optional(context, "actor"),
        words(optional(context, "actors").orElse("")),
        customClaims(context, options.claims()));
  }

  private static final List<String> REQUIRED = List.of("sub", "iss", "aud", "token_use", "exp");
  /** The end of the year 9999: not every language has a date for more. */
  private static final long LATEST_EXP = 253_402_300_799L;

  private static final Pattern TEXT = Pattern.compile("(?s).+");
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?(e[+-]?[0-9]+)?");

  /** What each key must look like. */
  private static final Map<String, Pattern> FORMS =
      Map.ofEntries(
          Map.entry("sub", TEXT),
          Map.entry("iss", TEXT),
          Map.entry("aud", TEXT),
          Map.entry("token_use", Pattern.compile("id|access")),
          Map.entry("exp", Pattern.compile("[0-9]{1,12}")),
          Map.entry("email", TEXT),
          Map.entry("email_verified", Pattern.compile("true|false")),
          Map.entry("client_id", TEXT),
          Map.entry("scope", TEXT),
          Map.entry("permissions", TEXT),
          Map.entry("org_id", TEXT),
          Map.entry("org_name", TEXT),
          Map.entry("actor", TEXT),
          Map.entry("actors", TEXT),
          Map.entry("custom_claims", Pattern.compile("[A-Za-z0-9_-]+")),
          Map.entry("principal_type", Pattern.compile("agent|machine|anonymous")));

  /** HTTP APIs with payload 2.0 put it under `lambda`, the others straight into `authorizer`. */
  private static Map<String, Object> identityContext(Map<String, Object> authorizer) {
    var nested = authorizer.get("lambda");
    var context = nested == null ? authorizer : asMap(nested);
    if (!isWhole(context)) throw new IdentityError(Code.MISSING);
    return context;
  }

  /** Whether it is whole, and about one caller: where a gateway adds the policy's principal, that is the subject. */
  private static boolean isWhole(Map<String, Object> context) {
    var isFormed =
        FORMS.entrySet().stream()
            .filter(form -> context.containsKey(form.getKey()))
            .allMatch(
                form -> context.get(form.getKey()) instanceof String value && form.getValue().matcher(value).matches());
    var isAboutOne =
        !context.containsKey("principalId") || Objects.equals(context.get("principalId"), context.get("sub"));
    return context.keySet().containsAll(REQUIRED)
        && isFormed
        && Long.parseLong(text(context, "exp")) <= LATEST_EXP
        && isAboutOne;
  }

  private static Map<String, Object> customClaims(Map<String, Object> context, Map<String, ClaimType> types) {
    var others = otherClaims(context);
    var claims = new LinkedHashMap<String, Object>();
    types.forEach(
        (name, type) -> {
          if (context.get(name) instanceof String text) claims.put(name, fromText(text, type));
          else if (others.containsKey(name)) claims.put(name, others.get(name));
          if (claims.containsKey(name) && !isOfType(claims.get(name), type)) {
            throw new IdentityError(Code.WRONG_TYPE, name);
          }
        });
    return Collections.unmodifiableMap(claims);
  }

  /** Custom claims that are more than a string: a JSON object in base64url. */
  private static Map<String, Object> otherClaims(Map<String, Object> context) {
    if (!(context.get("custom_claims") instanceof String text)) return Map.of();
    try {
      var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      // A decoder that was just made refuses what is not UTF-8, where a String would have U+FFFD in its place.
      var json = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      if (new Json(json).read() instanceof Map<?, ?> claims) return asMap(claims);
    } catch (IllegalArgumentException | CharacterCodingException notBase64urlOfJson) {
      // the same as JSON of something else
    }
    throw new IdentityError(Code.MISSING);
  }

  /** A claim as it is read from the string under its key in the context; null where the string is of another type. */
  private static Object fromText(String text, ClaimType type) {
    return switch (type) {
      case STRING, JSON -> text;
      case NUMBER -> NUMBER.matcher(text).matches() ? Double.valueOf(text) : null;
      case BOOLEAN -> text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : null;
      case LIST -> words(text);
    };
  }

  private static boolean isOfType(Object value, ClaimType type) {
    return switch (type) {
      case STRING -> value instanceof String;
      case NUMBER -> value instanceof Double number && !number.isInfinite();
      case BOOLEAN -> value instanceof Boolean;
      case LIST -> value instanceof List<?> list && list.stream().allMatch(String.class::isInstance);
      case JSON -> true;
    };
  }

  private static String text(Map<String, Object> context, String name) {
    return (String) context.get(name);
  }

  private static Optional<String> optional(Map<String, Object> context, String name) {
    return Optional.ofNullable(text(context, name));
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split(" ")).filter(word -> !word.isEmpty()).toList();
  }

  /** With no members where it is no map; the keys of JSON are strings. */
  @SuppressWarnings("unchecked")
  private static Map<String, Object> asMap(Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  /** A text of JSON (RFC 8259) as Map, List, String, Double, Boolean and null. */
  static final class Json {
    private static final Pattern LITERAL =
        Pattern.compile("true|false|null|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");
    private static final String ESCAPES = "\"\\/bfnrt";
    private static final String ESCAPED = "\"\\/\b\f\n\r\t";
    /** Twice what fits into the 2 KB that the authorizer forwards, and less than the stack can take. */
    private static final int MAX_DEPTH = 1500;

    private final String text;
    private int at;
    private int depth;

    Json(String text) {
      this.text = text;
    }

    /**
     * @throws IllegalArgumentException where it is not JSON
     */
    Object read() {
      var value = value();
      if (peek() != '\0' || at < text.length()) throw malformed();
      return value;
    }

    private Object value() {
      if (++depth > MAX_DEPTH) throw malformed();
      var value =
          switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            default -> literal();
          };
      depth--;
      return value;
    }

    private Map<String, Object> object() {
      var members = new LinkedHashMap<String, Object>();
      for (expect('{'); peek() != '}'; ) {
        if (!members.isEmpty()) expect(',');
        var name = string();
        expect(':');
        members.put(name, value());
      }
      expect('}');
      return members;
    }

    private List<Object> array() {
      var items = new ArrayList<Object>();
      for (expect('['); peek() != ']'; ) {
        if (!items.isEmpty()) expect(',');
        items.add(value());
      }
      expect(']');
      return items;
    }

    private String string() {
      expect('"');
      var characters = new StringBuilder();
      for (var c = next(); c != '"'; c = next()) {
        if (c < ' ') throw malformed();
        characters.append(c == '\\' ? escape() : c);
      }
      return characters.toString();
    }

    private char escape() {
      var c = next();
      if (c == 'u' && at + 4 <= text.length()) return (char) HexFormat.fromHexDigits(text, at, at += 4);
      var known = ESCAPES.indexOf(c);
      if (known < 0) throw malformed();
      return ESCAPED.charAt(known);
    }

    private Object literal() {
      var found = LITERAL.matcher(text).region(at, text.length());
      if (!found.lookingAt()) throw malformed();
      at = found.end();
      return switch (found.group()) {
        case "true" -> true;
        case "false" -> false;
        case "null" -> null;
        default -> Double.valueOf(found.group());
      };
    }

    /** The next character that is not a space, which stays; NUL at the end. */
    private char peek() {
      while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
      return at < text.length() ? text.charAt(at) : '\0';
    }

    private char next() {
      if (at >= text.length()) throw malformed();
      return text.charAt(at++);
    }

    private void expect(char wanted) {
      if (peek() != wanted) throw malformed();
      at++;
    }

    private IllegalArgumentException malformed() {
      return new IllegalArgumentException("no JSON at character " + at);
    }
  }
}
