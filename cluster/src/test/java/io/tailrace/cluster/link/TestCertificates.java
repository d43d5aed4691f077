package io.tailrace.cluster.link;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/**
 * A CA, a certificate that it has signed and one that it has not, made anew, as PEM files in a directory. The JDK has no API for making
 * certificates and its keytool takes seconds, so their few fields (RFC 5280) are put together here.
 */
public final class TestCertificates {
    private static final int SEQUENCE = 0x30;
    private static final int EXPLICIT_0 = 0xa0;
    private static final int EXPLICIT_3 = 0xa3;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int UTC_TIME = 0x17;
    private static final byte[] SHA256_WITH_RSA = hex("300d06092a864886f70d01010b0500");
    /** The extension that makes a CA of it: critical, CA true. */
    private static final byte[] BASIC_CONSTRAINTS = hex("300f0603551d130101ff040530030101ff");

    private static final byte[] NOTHING = {};

    private final Path directory;

    /** Makes them. */
    public TestCertificates(Path directory) {
        this.directory = directory;
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
            keys.initialize(2048);
            KeyPair ca = keys.generateKeyPair();
            KeyPair node = keys.generateKeyPair();
            KeyPair stranger = keys.generateKeyPair();
            byte[] extensions = der(EXPLICIT_3, der(SEQUENCE, BASIC_CONSTRAINTS));
            write("ca.crt", "CERTIFICATE", certificate("ca", ca, "ca", ca, extensions));
            write("node.crt", "CERTIFICATE", certificate("node", node, "ca", ca, NOTHING));
            write("node.key", "PRIVATE KEY", node.getPrivate().getEncoded());
            write("stranger.crt", "CERTIFICATE", certificate("stranger", stranger, "stranger", stranger, NOTHING));
            write("stranger.key", "PRIVATE KEY", stranger.getPrivate().getEncoded());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of a node of the cluster. */
    public Config ofNode() {
        return config("node");
    }

    /** Of somebody who knows the CA's certificate, and has none from it. */
    public Config ofStranger() {
        return config("stranger");
    }

    private Config config(String name) {
        return ConfigFactory.parseMap(Map.of(
                "key-file", path(name + ".key"), "cert-file", path(name + ".crt"), "ca-cert-file", path("ca.crt")));
    }

    private static byte[] certificate(String name, KeyPair keys, String issuer, KeyPair issuerKeys, byte[] extensions)
            throws GeneralSecurityException {
        byte[] signed = der(
                SEQUENCE,
                der(EXPLICIT_0, der(INTEGER, new byte[] {2})),
                der(INTEGER, BigInteger.valueOf(name.hashCode()).abs().toByteArray()),
                SHA256_WITH_RSA,
                new X500Principal("CN=" + issuer).getEncoded(),
                der(SEQUENCE, time("200101000000Z"), time("491231235959Z")),
                new X500Principal("CN=" + name).getEncoded(),
                keys.getPublic().getEncoded(),
                extensions);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(issuerKeys.getPrivate());
        signature.update(signed);
        return der(SEQUENCE, signed, SHA256_WITH_RSA, der(BIT_STRING, new byte[] {0}, signature.sign()));
    }

    private static byte[] time(String utc) {
        return der(UTC_TIME, utc.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        if (length < 0x80) {
            all.write(length);
        } else {
            byte[] bytes = BigInteger.valueOf(length).toByteArray();
            int from = bytes[0] == 0 ? 1 : 0;
            all.write(0x80 | bytes.length - from);
            all.write(bytes, from, bytes.length - from);
        }
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private String path(String file) {
        return directory.resolve(file).toString();
    }

    private void write(String file, String label, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(
                directory.resolve(file), "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n");
    }
}
