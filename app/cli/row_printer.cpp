// The one place that knows all printers.
#include "app/cli/row_printer.h"

#include "app/cli/fields_printer.h"
#include "app/cli/json_printer.h"
#include "app/cli/text_printer.h"

namespace framescope::cli {

std::unique_ptr<RowPrinter> makeRowPrinter(const Options& options, bool colour) {
    switch (options.format) {
        case Format::Fields:
            return std::make_unique<FieldsPrinter>(options.fields, options.layout);
        case Format::Json:
            return std::make_unique<JsonPrinter>(options.fields);
        case Format::Text:
            break;
    }
    return std::make_unique<TextPrinter>(options.tree, options.bytes, colour);
}

}  // namespace framescope::cli
