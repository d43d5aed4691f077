package io.tailrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
    private static boolean decodes(byte[] bytes, int from, int to) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    @Test
    void whatIsValidIsWhatTheDecoderOfTheJdkTakes() {
        Random random = new Random(8);
        int valid = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(20)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = (byte) (random.nextInt(4) > 0 ? 'a' : random.nextInt(256));
            }
            if (random.nextBoolean()) {
                int point = random.nextInt(0x110000);
                byte[] one = new String(Character.toChars(point)).getBytes(StandardCharsets.UTF_8);
                System.arraycopy(one, 0, bytes, 0, Math.min(one.length, bytes.length));
            }
            int from = random.nextInt(bytes.length);
            boolean expected = decodes(bytes, from, bytes.length);
            valid += expected ? 1 : 0;
            assertThat(Utf8.isValid(bytes, from, bytes.length)).isEqualTo(expected);
        }
        assertThat(valid).isBetween(20_000, 180_000);
    }

    @Test
    void everyPairAndTripleOfBytesIsJudgedAsTheDecoderDoes() {
        for (int first = 0x80; first < 0x100; first++) {
            for (int second = 0; second < 0x100; second++) {
                byte[] pair = {(byte) first, (byte) second};
                byte[] triple = {(byte) first, (byte) second, (byte) 0xBF};
                byte[] four = {(byte) first, (byte) second, (byte) 0xBF, (byte) 0x80};
                for (byte[] bytes : new byte[][] {pair, triple, four}) {
                    assertThat(Utf8.isValid(bytes, 0, bytes.length)).isEqualTo(decodes(bytes, 0, bytes.length));
                }
            }
        }
    }
}
