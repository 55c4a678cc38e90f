// What there is to say of a capture as a whole, as headings with lines of a name and a text below
// them: what the file says of itself, what is in it, and what of it could not be read.
#pragma once

#include <vector>

#include <QString>

namespace framescope {

class Session;

struct PropertyLine {
    QString name;
    QString text;  ///< may have several lines; printable
};

struct PropertySection {
    QString title;
    std::vector<PropertyLine> lines;
};

/// `name` and `path` are the capture's; the path may be empty.
std::vector<PropertySection> propertiesOf(const Session& session, const QString& name,
                                          const QString& path);
/// The same as plain text, for the clipboard.
QString plainText(const std::vector<PropertySection>& sections);

}  // namespace framescope
