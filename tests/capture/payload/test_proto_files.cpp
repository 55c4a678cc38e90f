// Schemas from disk: imports in other folders, files that cannot be had, and rules that name them.
#include <fstream>

#include <QTemporaryDir>
#include <QtTest>

#include "capture/payload/proto_files.h"

using namespace framescope;

class TestProtoFiles : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path write(const std::string& name, const std::string& text) {
        const std::filesystem::path path =
            std::filesystem::path(m_folder.path().toStdString()) / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
        return path;
    }

private Q_SLOTS:
    void imports() {
        write("root/common/point.proto",
              "syntax = \"proto3\"; package common; message Point { int32 x = 1; }");
        const auto path = write("root/chat/line.proto",
                                "syntax = \"proto3\"; package chat; import \"common/point.proto\";"
                                "message Line { common.Point at = 1; }");
        const auto schema = loadProtoFile(path);
        QVERIFY2(schema, schema ? "" : schema.error().sentence.c_str());
        QVERIFY((*schema)->shapeOf("chat.Line"));
        QVERIFY((*schema)->shapeOf("common.Point"));
    }

    void errors() {
        const auto sentence = [](const std::filesystem::path& path) {
            const auto schema = loadProtoFile(path);
            return schema ? std::string() : schema.error().sentence;
        };
        const std::string folder = m_folder.path().toStdString();
        QCOMPARE(sentence(folder + "/none.proto"),
                 "\"" + folder + "/none.proto\" cannot be read: No such file or directory.");
        QCOMPARE(sentence(folder), "\"" + folder + "\" is no file with a schema in it.");
        QCOMPARE(sentence(write("bad.proto", "syntax = \"proto3\";\nmessage {\n")),
                 "\"bad.proto\", line 2: Expected message name.");
        const std::string missing =
            sentence(write("lost.proto", "syntax = \"proto3\"; import \"not/there.proto\";"));
        QVERIFY2(missing.find("not/there.proto") != std::string::npos, missing.c_str());
    }

    void rules() {
        const auto path =
            write("a.proto", "syntax = \"proto3\"; message A { int32 n = 1; } message B {}");
        PayloadRules rules;
        rules.add(std::get<PayloadRule>(parsePayloadRule("/a=json")));
        rules.add(std::get<PayloadRule>(parsePayloadRule("/b=protobuf:" + path.string() + ":A")));
        rules.add(std::get<PayloadRule>(parsePayloadRule("/c=protobuf:" + path.string() + ":B")));
        QVERIFY(!loadSchemas(rules));
        QVERIFY(rules.choose("/b", "").schema);
        QCOMPARE(rules.choose("/b", "").schema, rules.choose("/c", "").schema);
        QCOMPARE(rules.choose("/c", "").message, "B");
        QVERIFY(!rules.choose("/a", "").schema);

        rules.add(std::get<PayloadRule>(parsePayloadRule("/d=protobuf:" + path.string() + ":C")));
        const auto error = loadSchemas(rules);
        QVERIFY(error);
        QCOMPARE(error->sentence, "\"" + path.string() + "\" has no message \"C\"; it has A, B.");
    }
};

QTEST_APPLESS_MAIN(TestProtoFiles)
#include "test_proto_files.moc"
