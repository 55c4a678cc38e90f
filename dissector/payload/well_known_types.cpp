// Each file is named by a message of it: the linker leaves out of a static libprotobuf what nobody
// names, so asking the library for whatever it has would find nothing.
#include "dissector/payload/well_known_types.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/api.pb.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/source_context.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/type.pb.h>
#include <google/protobuf/wrappers.pb.h>

namespace framescope {

std::optional<std::string> wellKnownProto(std::string_view name) {
    namespace pb = google::protobuf;
    for (const pb::Descriptor* const message :
         {pb::Any::descriptor(), pb::Api::descriptor(), pb::FileDescriptorProto::descriptor(),
          pb::Duration::descriptor(), pb::Empty::descriptor(), pb::FieldMask::descriptor(),
          pb::SourceContext::descriptor(), pb::Struct::descriptor(), pb::Timestamp::descriptor(),
          pb::Type::descriptor(), pb::StringValue::descriptor()}) {
        if (message->file()->name() == name) return message->file()->DebugString();
    }
    return std::nullopt;
}

}  // namespace framescope
