import CCurl

/// Sets the options of one handle and remembers the first refusal, so that a call never runs with a rule missing.
@safe struct CurlOptions {
    private let easy: UnsafeMutableRawPointer
    /// libcurl's reason for the first option that it refused.
    private(set) var refusal: String?

    init(easy: UnsafeMutableRawPointer) { unsafe self.easy = unsafe easy }

    mutating func number(_ option: CURLoption, _ value: Int) {
        note(unsafe itp_curl_set_long(easy, option, value))
    }

    mutating func text(_ option: CURLoption, _ value: String) {
        note(unsafe itp_curl_set_string(easy, option, value))
    }

    mutating func pointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        note(unsafe itp_curl_set_pointer(easy, option, value))
    }

    mutating func list(_ option: CURLoption, _ value: UnsafeMutablePointer<curl_slist>?) {
        note(unsafe itp_curl_set_list(easy, option, value))
    }

    mutating func sink(_ option: CURLoption, _ value: @escaping itp_curl_sink) {
        note(unsafe itp_curl_set_sink(easy, option, value))
    }

    mutating func allowFailingRecipients() { note(unsafe itp_curl_allow_failing_recipients(easy)) }

    private mutating func note(_ code: CURLcode) {
        if code != CURLE_OK, refusal == nil { refusal = unsafe String(cString: curl_easy_strerror(code)) }
    }
}

extension CurlOptions {
    /// What holds for every call.
    mutating func applyPolicy(_ settings: Courier.Settings) {
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_HTTP_VERSION, 2)  // CURL_HTTP_VERSION_1_1, an anonymous enum's member
        number(CURLOPT_FOLLOWLOCATION, 0)
        text(CURLOPT_PROTOCOLS_STR, "http,https")
        number(CURLOPT_SSL_VERIFYPEER, 1)
        number(CURLOPT_SSL_VERIFYHOST, 2)
        number(CURLOPT_SSLVERSION, 6)  // CURL_SSLVERSION_TLSv1_2, and all later ones
        text(CURLOPT_USERAGENT, "ITP/\(settings.version)")
        number(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // Without it, giving up on a slow name server would wait for it, and every other call with it.
        number(CURLOPT_QUICK_EXIT, 1)
        // A trickle is no better than silence; the total time-out ends most calls long before.
        number(CURLOPT_LOW_SPEED_LIMIT, 10)
        number(CURLOPT_LOW_SPEED_TIME, 60)
        applyProxy(settings.proxy)
    }

    /// The configured proxy or none; those of the environment never count.
    private mutating func applyProxy(_ proxy: Courier.Proxy?) {
        text(CURLOPT_PROXY, proxy?.url ?? "")
        text(CURLOPT_NOPROXY, proxy.map { $0.exceptions.joined(separator: ",") } ?? "*")
        guard let proxy, !proxy.user.isEmpty else { return }
        text(CURLOPT_PROXYUSERNAME, proxy.user)
        text(CURLOPT_PROXYPASSWORD, proxy.password)
    }

    /// What one call asks for.
    mutating func applyRequest(_ call: OutgoingCall) {
        text(CURLOPT_URL, call.url)
        number(CURLOPT_CONNECTTIMEOUT_MS, CurlOptions.milliseconds(call.connectTimeoutSeconds))
        number(CURLOPT_TIMEOUT_MS, CurlOptions.milliseconds(call.totalTimeoutSeconds))
        // libcurl silently sends a request again when a kept connection turns out to be dead, although the other side may
        // have read it. A connection that was never used before has no such second try.
        if !call.isIdempotent { number(CURLOPT_FRESH_CONNECT, 1) }
        if let login = call.login {
            number(CURLOPT_HTTPAUTH, CurlOptions.askedForLogin)
            text(CURLOPT_USERNAME, login.user)
            text(CURLOPT_PASSWORD, login.password)
        }
        switch call.method {
        case "GET":
            number(CURLOPT_HTTPGET, 1)
        case "HEAD":
            number(CURLOPT_NOBODY, 1)
        case "POST", "PUT", "PATCH":
            setBody(call.body)
            text(CURLOPT_CUSTOMREQUEST, call.method)
        default:
            if !call.body.isEmpty { setBody(call.body) }
            text(CURLOPT_CUSTOMREQUEST, call.method)
        }
    }

    /// CURLAUTH_BASIC, CURLAUTH_NEGOTIATE and CURLAUTH_NTLM, casts that Swift does not import; libcurl takes the best that is
    /// offered.
    private static let askedForLogin = 1 << 0 | 1 << 2 | 1 << 3

    /// libcurl takes a copy, as long-lived as the handle.
    private mutating func setBody(_ body: [UInt8]) {
        number(CURLOPT_POST, 1)
        note(unsafe itp_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        guard !body.isEmpty else { return text(CURLOPT_COPYPOSTFIELDS, "") }
        var copy = body
        unsafe copy.withUnsafeMutableBytes { unsafe pointer(CURLOPT_COPYPOSTFIELDS, $0.baseAddress) }
    }

    /// The header fields as libcurl's list, which the caller has to free.
    mutating func makeHeaders(_ call: OutgoingCall) -> UnsafeMutablePointer<curl_slist>? {
        // A name with nothing behind the colon takes away a field that libcurl would add by itself.
        var lines = ["Expect:"]
        if !call.headers.contains(where: { $0.0.lowercased() == "content-type" }) { lines.append("Content-Type:") }
        for (name, value) in call.headers {
            // A field without a value is written with a semicolon.
            lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        return unsafe makeList(lines)
    }

    /// Lines as libcurl's list, which the caller has to free.
    mutating func makeList(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else {
                refusal = refusal ?? "out of memory"
                break
            }
            unsafe list = unsafe longer
        }
        return unsafe list
    }

    /// Never 0, which would mean "for ever".
    static func milliseconds(_ seconds: Double) -> Int {
        guard seconds > 0.001 else { return 1 }
        return seconds < 3600 ? Int(seconds * 1000) : 3_600_000
    }
}
