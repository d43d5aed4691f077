/** The HTTP API, asked through the JDK's client and through raw sockets. */
package io.tailrace.http;
