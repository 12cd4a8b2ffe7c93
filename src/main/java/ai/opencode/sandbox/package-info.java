/**
 * The entry points of the library: image definitions, and the builder that makes images of them.
 *
 * <p>Types that embedding programs use are marked {@link ai.opencode.sandbox.stability.Api}; all
 * other public types are {@link ai.opencode.sandbox.stability.Internal}.
 *
 * <table>
 * <caption>The values of an image, in the order in which a build makes them</caption>
 * <tr><th>value<th>stage<th>what it holds
 * <tr><td>{@code ImageDefinition}<td>{@code definition}<td>what is asked for
 * <tr><td>{@code PlannedImage}<td>{@code build}<td>a definition for one platform, with its parent
 * <tr><td>{@code LockedImage}<td>{@code lock}<td>what a lock says that an image is made from
 * <tr><td>{@code ResolvedImage}<td>{@code build}<td>packages, from the solver or from the lock
 * <tr><td>{@code FetchedImage}<td>{@code build}<td>those packages, verified, in the cache
 * <tr><td>{@code LayeredImage}<td>{@code build}<td>packages installed and packed into layers
 * <tr><td>{@code StagedRoot}<td>{@code image}<td>all layers and files of an image, before Jib
 * <tr><td>{@code FinishedImage}<td>{@code image}<td>with Jib's layer and settings: a manifest, its
 *     layers and their packages
 * <tr><td>{@code BuiltImage}<td>{@code image}<td>the index over an image's platforms
 * <tr><td>{@code Delivery}<td>{@code publish}<td>where an image is now
 * </table>
 *
 * <table>
 * <caption>The values of a layer, which {@code build.LayerStage} asks {@code layer.Layering} for
 * </caption>
 * <tr><th>value<th>package<th>what it holds
 * <tr><td>{@code PlannedLayer}<td>{@code layer}<td>the packages of a layer, and the reasons
 * <tr><td>{@code StagedLayer}<td>{@code layer}<td>a planned layer, written, in the cache
 * <tr><td>{@code LayeredRoot}<td>{@code layer}<td>the layers of an image's Alpine packages, and the
 *     file system that results
 * </table>
 *
 * <table>
 * <caption>Words</caption>
 * <tr><th>word<th>meaning
 * <tr><td>base image<td>the image that packages are installed on, pinned by digest
 * <tr><td>definition<td>name, packages, files and settings of an image
 * <tr><td>lock<td>the inputs that a build resolved, for each image and platform, and the digest of
 *     the result
 * <tr><td>parent<td>the image of this product that another one is based on
 * <tr><td>upstream<td>the source of base image, packages and npm tarballs: official, mirror,
 *     stand-in or an archive
 * <tr><td>stand-in<td>an upstream with packages generated from Debian's, for trials
 * <tr><td>archive of inputs<td>a copy of everything that a lock names
 * <tr><td>root<td>the file system that layers give
 * <tr><td>stored verbatim<td>a package's data segment is the layer, so its digest is the {@code
 *     datahash} that Alpine signed
 * <tr><td>planned layer<td>the packages of a layer, and the reason why they are in it
 * <tr><td>placed entry<td>an entry of a package with its place in the root, and its facts in apk's
 *     database
 * <tr><td>merged<td>packages rewritten into a layer that they share
 * <tr><td>obstacle<td>a reason why a package cannot be stored verbatim
 * <tr><td>recipe<td>everything that decides a result; its digest is the key in the cache
 * <tr><td>record<td>what the cache remembers under such a key
 * <tr><td>corrupt<td>with content that does not match its digest
 * <tr><td>contract<td>the promises of an image that {@code verify} checks
 * <tr><td>finding<td>a defect of an image that {@code verify} reports
 * <tr><td>statement<td>an in-toto statement about the image for one platform, beside it in its
 *     index
 * <tr><td>attestation<td>the manifest with the statements about one image
 * <tr><td>proof of origin<td>the statement that leads each package to its packager's signature
 * <tr><td>bill (of materials)<td>the list of the software in an image; an SBOM is a document of it
 * <tr><td>evidence<td>information about software in a file of an image, such as a {@code
 *     package.json}
 * <tr><td>former image<td>an image that an earlier build sent to a registry, whose content a later
 *     build reuses
 * <tr><td>facts<td>the records of a former image that are enough while nothing changes
 * <tr><td>lent blob<td>a blob that a store counts among its own, and gets from a registry when it is
 *     read
 * <tr><td>image of one's own<td>an image that the user defines, unlike the images of this product
 * <tr><td>head<td>the signature and control segment of a package, in front of its data
 * <tr><td>origin<td>the property that an image's packages are those that trusted keys signed
 * <tr><td>consistency<td>the property that the parts of an image agree
 * <tr><td>target<td>a registry, layout, archive or engine that receives images
 * <tr><td>delivery<td>an image that a target has received
 * </table>
 */
@Internal
@NullMarked
package ai.opencode.sandbox;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
