// The door to the functions over ItemReader, with the fields of CBOR.
#include "dissector/payload/cbor.h"

#include "dissector/payload/cbor_reader.h"

namespace framescope {
namespace {

constexpr ItemFields kFields{FieldId::Cbor, FieldId::CborMember, FieldId::CborElement};

}  // namespace

std::optional<ItemError> checkCbor(ByteView bytes) {
    return checkItems(CborReader(bytes));
}

std::optional<std::vector<ItemNode>> cborChildren(ByteView bytes, std::size_t limit) {
    return itemChildren(CborReader(bytes), limit);
}

bool describeCbor(ByteView bytes, FieldTree& tree, Place place, std::string label,
                  const TextHook& hook) {
    if (checkCbor(bytes)) return false;
    describeItems(CborReader(bytes), kFields, tree, place, std::move(label), hook);
    return true;
}

std::optional<std::string> cborToJson(ByteView bytes, std::size_t maxChars) {
    return itemsToJson(CborReader(bytes), maxChars);
}

}  // namespace framescope
