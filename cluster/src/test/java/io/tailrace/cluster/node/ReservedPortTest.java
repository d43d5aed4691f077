package io.tailrace.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class ReservedPortTest {
    private static final String HOST = "127.0.0.1";

    @Test
    void whoComesEarlyIsRefusedAndWhoWasPromisedItMayListen() throws IOException {
        ReservedPort reserved = ReservedPort.of(HOST, 0);
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), reserved.port()))
                .isInstanceOf(ConnectException.class);
        reserved.close();
        reserved.close();
        try (ServerSocket listener = new ServerSocket(reserved.port(), 1, InetAddress.getLoopbackAddress());
                Socket welcome = new Socket(InetAddress.getLoopbackAddress(), reserved.port())) {
            assertThat(listener.getLocalPort()).isEqualTo(welcome.getPort());
        }
    }

    @Test
    void portThatSomebodyListensAtIsRefusedByName() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TailraceException refused =
                    catchThrowableOfType(TailraceException.class, () -> ReservedPort.of(HOST, taken.getLocalPort()));
            assertThat(refused.code()).isEqualTo(ErrorCode.IO_FAILED);
            assertThat(refused).hasMessageContaining("tailrace.link.port");
        }
    }
}
