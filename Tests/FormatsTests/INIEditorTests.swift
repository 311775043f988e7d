import Formats
import Testing

@Suite struct INIEditorTests {
    private func edited(_ text: String, _ values: [(key: String, value: String)]) -> String {
        String(
            decoding: INIEditor.setting(values, in: "RMM_SETTINGS", of: Array(text.utf8)), as: UTF8.self)
    }

    @Test("a key's first line is replaced, its other lines go, and everything else stays as it is")
    func replaces() {
        let text =
            "; PSA_URL=no\n[GLOBAL]\nPSA_URL=other\n\n[RMM settings]\n psa_url = old\n; why\nX=1\nPSA_URL=2\n\n[ORG a]\n"
        #expect(
            edited(text, [("PSA_URL", "new")])
                == "; PSA_URL=no\n[GLOBAL]\nPSA_URL=other\n\n[RMM settings]\nPSA_URL=new\n; why\nX=1\n\n[ORG a]\n")
    }

    @Test("a missing key comes below the section's last line, a missing section to the end, with the file's line ends")
    func adds() {
        #expect(
            edited("[RMM_SETTINGS]\r\nX=1\r\n\r\n[B]\r\n", [("K", "v")])
                == "[RMM_SETTINGS]\r\nX=1\r\nK=v\r\n\r\n[B]\r\n")
        #expect(edited("[B]\nX=1", [("K", "v")]) == "[B]\nX=1\n\n[RMM_SETTINGS]\nK=v\n")
        #expect(edited("", [("K", "v")]) == "[RMM_SETTINGS]\nK=v\n")
        #expect(
            INIEditor.setting([("K", "v")], in: "A", of: [0x5B, 0x41, 0x5D, 0x0A, 0x58, 0x3D, 0xE9, 0x0A])
                == [0x5B, 0x41, 0x5D, 0x0A, 0x58, 0x3D, 0xE9, 0x0A, 0x4B, 0x3D, 0x76, 0x0A], "bytes of any encoding")
    }
}
