package io.tailrace.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.japi.Pair;
import org.jspecify.annotations.Nullable;

/** The query of a request, of which every name has to be known. */
final class Parameters {
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private Parameters() {}

    /** Throws MALFORMED_REQUEST for a name that is not among those. */
    static Parameters of(HttpRequest request, String... known) {
        Parameters parameters = new Parameters();
        Set<String> names = Set.of(known);
        for (Pair<String, String> entry : request.getUri().query().toList()) {
            if (!names.contains(entry.first())) {
                throw Json.malformed(
                        "There is no parameter '" + Json.shown(entry.first(), 60) + "' here: mind the spelling.");
            }
            parameters
                    .values
                    .computeIfAbsent(entry.first(), name -> new ArrayList<>())
                    .add(entry.second());
        }
        return parameters;
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The value of a parameter that stands once, {@code null} without. */
    @Nullable
    String single(String name) {
        List<String> all = all(name);
        if (all.size() > 1) {
            throw Json.malformed("The parameter '" + name + "' stands twice: give it once.");
        }
        return all.isEmpty() ? null : all.get(0);
    }
}
