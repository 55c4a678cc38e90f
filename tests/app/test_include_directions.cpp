// The arrows between the folders, read from the sources: dissector <- capture <- ui <- app, never
// backwards; no Qt in dissector and capture; and dissector stays pure, without files, threads,
// clocks or sockets. A rule is a row of a table. The checker is also run on made-up text, so that
// it cannot be content with everything.
#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <QDirIterator>
#include <QFile>
#include <QTest>

namespace framescope {
namespace {

struct Include {
    std::string target;   ///< what stands between the quotes or brackets
    bool quoted = false;  ///< "file" rather than <file>
    int line = 0;
};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
        text.remove_prefix(1);
    }
    return text;
}

/// The include directives of a source text. Also sees spaces around and behind the number sign.
std::vector<Include> includesOf(std::string_view source) {
    std::vector<Include> found;
    for (int number = 1; !source.empty(); ++number) {
        const std::size_t end = source.find('\n');
        std::string_view line = trimmed(source.substr(0, end));
        source.remove_prefix(end == std::string_view::npos ? source.size() : end + 1);
        if (!line.starts_with('#')) continue;
        line = trimmed(line.substr(1));
        if (!line.starts_with("include")) continue;
        line = trimmed(line.substr(7));
        if (line.empty() || (line.front() != '"' && line.front() != '<')) continue;
        const bool quoted = line.front() == '"';
        line.remove_prefix(1);
        found.push_back(
            {std::string(line.substr(0, line.find(quoted ? '"' : '>'))), quoted, number});
    }
    return found;
}

/// What a folder may include of ours, lowest first.
struct Folder {
    std::string_view name;
    std::span<const std::string_view> mayInclude;
    bool mayUseQt;
    bool isPure;
};

constexpr std::array<std::string_view, 4> kOrder = {"dissector", "capture", "ui", "app"};
constexpr std::array<Folder, 4> kFolders = {{
    {"dissector", std::span(kOrder).first(1), false, true},
    {"capture", std::span(kOrder).first(2), false, false},
    {"ui", std::span(kOrder).first(3), true, false},
    {"app", std::span(kOrder).first(4), true, false},
}};

/// Headers of the system that let code read files, wait, take the time or talk to the network.
/// <cstdio>, <ctime> and <arpa/inet.h> are not among them: from there come snprintf, gmtime_r and
/// inet_pton, which turn values into text and back.
constexpr std::array kImpure = std::to_array<std::string_view>(
    {"atomic",      "barrier",      "chrono",     "condition_variable",
     "csignal",     "fcntl.h",      "filesystem", "fstream",
     "future",      "iostream",     "istream",    "latch",
     "mutex",       "netdb.h",      "ostream",    "pcap.h",
     "pcap/pcap.h", "poll.h",       "pthread.h",  "random",
     "semaphore",   "shared_mutex", "signal.h",   "stop_token",
     "syncstream",  "thread",       "unistd.h"});
constexpr std::array<std::string_view, 3> kImpureFolders = {"sys/", "net/", "netinet/"};

bool isImpure(std::string_view header) {
    return std::ranges::find(kImpure, header) != kImpure.end() ||
           std::ranges::any_of(kImpureFolders, [&](auto f) { return header.starts_with(f); });
}

bool isQt(std::string_view header) {
    if (header.starts_with("Qt")) return true;
    return header.size() > 1 && header[0] == 'Q' &&
           std::isupper(static_cast<unsigned char>(header[1])) != 0;
}

/// "" or what is wrong with one include of a file in `folder`.
std::string complaint(const Folder& folder, const Include& include) {
    if (isQt(include.target) && !folder.mayUseQt) return "uses no Qt";
    if (!include.quoted) {
        return folder.isPure && isImpure(include.target) ? "is pure: no files, threads or clocks"
                                                         : "";
    }
    const std::size_t slash = include.target.find('/');
    // What moc writes is included by its bare name.
    if (slash == std::string::npos && include.target.ends_with(".moc")) return {};
    const std::string_view top = std::string_view(include.target).substr(0, slash);
    const auto& allowed = folder.mayInclude;
    if (std::ranges::find(allowed, top) != allowed.end()) return {};
    if (std::ranges::find(kOrder, top) != kOrder.end()) return "lies below it";
    return "includes from the top: \"folder/file.h\"";
}

/// Every wrong include of one source text, a line each: "folder/file.cpp:3: ...".
std::vector<std::string> check(std::string_view folderName, std::string_view file,
                               std::string_view source) {
    const auto folder = std::ranges::find(kFolders, folderName, &Folder::name);
    std::vector<std::string> wrong;
    for (const Include& include : includesOf(source)) {
        const std::string why = complaint(*folder, include);
        if (why.empty()) continue;
        wrong.push_back(std::string(file) + ':' + std::to_string(include.line) + ": includes " +
                        include.target + ", but " + std::string(folderName) + ' ' + why);
    }
    return wrong;
}

class IncludeDirectionsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sources_data() {
        QTest::addColumn<QString>("folder");
        for (const Folder& folder : kFolders) {
            const QString name =
                QString::fromUtf8(folder.name.data(), static_cast<qsizetype>(folder.name.size()));
            QTest::newRow(name.toUtf8().constData()) << name;
        }
    }

    void sources() {
        QFETCH(QString, folder);
        const QString root = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/");
        if (!QFile::exists(root + folder)) QSKIP("the folder does not exist");
        int files = 0;
        int includes = 0;
        QStringList wrong;
        QDirIterator entries(root + folder, {QStringLiteral("*.cpp"), QStringLiteral("*.h")},
                             QDir::Files, QDirIterator::Subdirectories);
        while (entries.hasNext()) {
            QFile file(entries.next());
            QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.fileName()));
            const std::string source = file.readAll().toStdString();
            const std::string name = file.fileName().mid(root.size()).toStdString();
            ++files;
            includes += static_cast<int>(includesOf(source).size());
            for (const std::string& line : check(folder.toStdString(), name, source)) {
                wrong << QString::fromStdString(line);
            }
        }
        wrong.sort();
        QVERIFY2(wrong.isEmpty(), qPrintable(u'\n' + wrong.join(u'\n')));
        // A checker that found nothing to read would be content as well.
        QVERIFY(files > 0);
        QVERIFY(includes >= files);
    }

    void directivesAreSeen() {
        const auto found = includesOf(
            "// #include <no>\n#include <a>\n  #  include \"b/c.h\" // d\n"
            "#define X\n#include<e.h>\n\tint f;\n#include \"g.moc\"");
        QCOMPARE(found.size(), std::size_t{4});
        QCOMPARE(found[0].target, std::string("a"));
        QVERIFY(!found[0].quoted);
        QCOMPARE(found[0].line, 2);
        QCOMPARE(found[1].target, std::string("b/c.h"));
        QVERIFY(found[1].quoted);
        QCOMPARE(found[1].line, 3);
        QCOMPARE(found[2].target, std::string("e.h"));
        QCOMPARE(found[3].target, std::string("g.moc"));
    }

    void wrongOnesAreNoticed_data() {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("directive");
        QTest::addColumn<bool>("right");
        const auto row = [](const char* folder, const char* include, bool right) {
            QTest::addRow("%s %s", folder, include)
                << QString::fromUtf8(folder) << QString::fromUtf8(include) << right;
        };
        row("dissector", "\"dissector/core/bytes.h\"", true);
        row("dissector", "<vector>", true);
        row("dissector", "<zlib.h>", true);
        row("dissector", "<openssl/evp.h>", true);
        row("dissector", "\"capture/result.h\"", false);
        row("dissector", "\"ui/models/rows.h\"", false);
        row("dissector", "\"app/cli/options.h\"", false);
        row("dissector", "\"tests/support/prefixes.h\"", false);
        row("dissector", "\"bytes.h\"", false);
        row("dissector", "\"../core/bytes.h\"", false);
        row("dissector", "<QString>", false);
        row("dissector", "<QtCore/QString>", false);
        row("dissector", "<thread>", false);
        row("dissector", "<mutex>", false);
        row("dissector", "<chrono>", false);
        row("dissector", "<fstream>", false);
        row("dissector", "<filesystem>", false);
        row("dissector", "<sys/socket.h>", false);
        row("dissector", "<netinet/in.h>", false);
        row("dissector", "<unistd.h>", false);
        row("dissector", "<iostream>", false);
        row("capture", "\"dissector/core/bytes.h\"", true);
        row("capture", "\"capture/result.h\"", true);
        row("capture", "<thread>", true);
        row("capture", "<unistd.h>", true);
        row("capture", "\"ui/models/rows.h\"", false);
        row("capture", "\"app/cli/options.h\"", false);
        row("capture", "<QObject>", false);
        row("capture", "\"QObject\"", false);
        row("ui", "\"dissector/core/bytes.h\"", true);
        row("ui", "\"capture/session/session.h\"", true);
        row("ui", "<QTableView>", true);
        row("ui", "\"window.moc\"", true);
        row("ui", "\"app/gui/main.h\"", false);
        row("app", "\"ui/window/main_window.h\"", true);
        row("app", "\"app/cli/options.h\"", true);
        row("app", "<QApplication>", true);
        row("app", "\"tests/support/prefixes.h\"", false);
    }

    void wrongOnesAreNoticed() {
        QFETCH(QString, folder);
        QFETCH(QString, directive);
        QFETCH(bool, right);
        const std::string source = "#pragma once\n\n#include " + directive.toStdString() + "\n";
        const auto wrong = check(folder.toStdString(), "made/up.h", source);
        QCOMPARE(wrong.empty(), right);
        if (!right) QVERIFY(wrong[0].starts_with("made/up.h:3: includes "));
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::IncludeDirectionsTest)
#include "test_include_directions.moc"
