package identity;

import identity.CallerIdentity.ClaimType;
import identity.CallerIdentity.IdentityError;
import identity.CallerIdentity.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads every golden event with the Java reader: {@code Read GOLDEN}. Prints what came out, as JSON. */
final class Read {
  public static void main(String[] args) throws IOException {
    var golden = Path.of(args[0]);
    var cases = list(read(golden.resolve("cases.json")));
    var outcomes = new ArrayList<Object>();
    try (var files = Files.list(golden)) {
      for (var path : files.toList()) {
        var gateway = path.getFileName().toString().replace(".json", "");
        if (gateway.equals("cases")) continue;
        var events = map(read(path));
        for (var one : cases) {
          var event = events.get((String) map(one).get("event"));
          if (event == null) continue;
          var outcome = outcome(map(event), map(map(one).get("options")));
          outcomes.add(Map.of("gateway", gateway, "name", map(one).get("name"), "outcome", outcome));
        }
      }
    }
    System.out.println(json(outcomes));
  }

  private static Object outcome(Map<String, Object> event, Map<String, Object> given) {
    var now = Instant.ofEpochMilli(((Double) given.get("now_ms")).longValue());
    var options = Options.DEFAULT.withClock(Clock.fixed(now, ZoneOffset.UTC));
    if (given.get("clock_tolerance_seconds") instanceof Double seconds) {
      options = options.withClockTolerance(Duration.ofMillis((long) (seconds * 1000)));
    }
    if (given.get("issuers") instanceof List<?> issuers) {
      options = options.withIssuers(issuers.stream().map(String.class::cast).collect(Collectors.toSet()));
    }
    if (given.containsKey("claims")) {
      var types = new LinkedHashMap<String, ClaimType>();
      map(given.get("claims")).forEach((name, type) -> types.put(name, ClaimType.valueOf(((String) type).toUpperCase())));
      options = options.withClaims(types);
    }
    try {
      return Map.of("identity", neutral(CallerIdentity.fromEvent(event, options)));
    } catch (IdentityError error) {
      return Map.of("error", error.code().name().toLowerCase());
    }
  }

  /** In the words of the golden files, which leave out what the token does not say. */
  private static Map<String, Object> neutral(CallerIdentity caller) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("subject", caller.subject());
    fields.put("issuer", caller.issuer());
    fields.put("audience", caller.audience());
    fields.put("token_use", caller.tokenUse());
    fields.put("expires_at", caller.expiresAt().getEpochSecond());
    put(fields, "email", caller.email());
    put(fields, "email_verified", caller.emailVerified());
    put(fields, "client_id", caller.clientId());
    fields.put("scopes", caller.scopes());
    fields.put("permissions", caller.permissions());
    put(fields, "organization", caller.organization());
    put(fields, "organization_name", caller.organizationName());
    fields.put("principal_type", caller.principalType());
    put(fields, "actor", caller.actor());
    fields.put("actors", caller.actors());
    fields.put("claims", caller.claims());
    return fields;
  }

  private static void put(Map<String, Object> fields, String name, Optional<?> value) {
    value.ifPresent(present -> fields.put(name, present));
  }

  private static String json(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> json(entry.getKey()) + ":" + json(entry.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (value instanceof List<?> list) return list.stream().map(Read::json).collect(Collectors.joining(",", "[", "]"));
    if (!(value instanceof String text)) return String.valueOf(value);
    return text.chars()
        .mapToObj(c -> c < ' ' || c > '~' || c == '"' || c == '\\' ? String.format("\\u%04x", c) : String.valueOf((char) c))
        .collect(Collectors.joining("", "\"", "\""));
  }

  private static Object read(Path path) throws IOException {
    return new CallerIdentity.Json(Files.readString(path)).read();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  private static List<?> list(Object value) {
    return (List<?>) value;
  }
}
