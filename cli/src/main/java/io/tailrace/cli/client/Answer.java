package io.tailrace.cli.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A server's answer to one request, its body as far as it came.
 *
 * @param status of HTTP
 * @param body its bytes
 * @param cut why the body ended before its end, or {@code null} if it is whole
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Answer(int status, byte[] body, @Nullable IOException cut) {}
