// SPDX-License-Identifier: GPL-2.0
/*
 * Device-dax without struct pages, for the tests of `ndctl create-namespace --map none`.
 *
 * It stands in for the kernel's dax_pmem: a dax device of libnvdimm whose mode is "none" becomes a
 * dax device over the whole namespace, with no struct pages anywhere and nothing written to the
 * medium. What is mapped is mapped by frame number. A device of another mode is set up by libnvdimm
 * and goes to device_dax or kmem, as with the kernel's own driver, so that a machine can have both
 * kinds.
 *
 * Linux 6.1 offers every dax device to device_dax, which wants struct pages: it finds the memory
 * taken by us and lets it be. The memory is therefore refused to kmem and other drivers too.
 */
#include <linux/cdev.h>
#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/memremap.h>
#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nd.h>

#include "bus.h"
#include "dax-private.h"
#include "nd.h"
#include "pfn.h"

/* --- the character device --- */

static int nonedax_open(struct inode *inode, struct file *file)
{
	struct dax_device *dax = inode_dax(inode);
	struct inode *pages = dax_inode(dax);

	/* All nodes of the device share one mapping, so that it can be taken away at once. */
	inode->i_mapping = pages->i_mapping;
	inode->i_mapping->host = pages;
	file->f_mapping = inode->i_mapping;
	file->private_data = dax_get_private(dax);
	return 0;
}

static vm_fault_t nonedax_fault(struct vm_fault *vmf)
{
	struct dev_dax *dev = vmf->vma->vm_file->private_data;
	vm_fault_t result = VM_FAULT_SIGBUS;
	int id = dax_read_lock();

	if (dax_alive(dev->dax_dev)) {
		phys_addr_t at = dev->ranges[0].range.start + PFN_PHYS(vmf->pgoff);

		if (at <= dev->ranges[0].range.end)
			result = vmf_insert_pfn(vmf->vma, vmf->address, PHYS_PFN(at));
	}
	dax_read_unlock(id);
	return result;
}

static const struct vm_operations_struct nonedax_vm_ops = {
	.fault = nonedax_fault,
};

static int nonedax_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct dev_dax *dev = file->private_data;
	unsigned long mask = dev->align - 1;

	if (!(vma->vm_flags & VM_MAYSHARE) || (vma->vm_start | vma->vm_end) & mask)
		return -EINVAL;
	vma->vm_ops = &nonedax_vm_ops;
	vma->vm_flags |= VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
	return 0;
}

/* An address at which mappings may begin. */
static unsigned long nonedax_area(struct file *file, unsigned long hint, unsigned long length,
	unsigned long pgoff, unsigned long flags)
{
	struct dev_dax *dev = file->private_data;
	unsigned long at;

	if (hint)
		return current->mm->get_unmapped_area(file, hint, length, pgoff, flags);
	at = current->mm->get_unmapped_area(file, 0, length + dev->align, pgoff, flags);
	return IS_ERR_VALUE(at) ? at : ALIGN(at, dev->align);
}

static const struct file_operations nonedax_fops = {
	.owner = THIS_MODULE,
	.open = nonedax_open,
	.mmap = nonedax_mmap,
	.get_unmapped_area = nonedax_area,
	.llseek = noop_llseek,
	.mmap_supported_flags = MAP_SYNC,
};

/* --- the driver of the dax device --- */

static void nonedax_delete(void *cdev)
{
	cdev_del(cdev);
}

static void nonedax_kill(void *dev)
{
	kill_dev_dax(dev);
}

static int nonedax_serve(struct dev_dax *dev)
{
	struct cdev *cdev = dax_inode(dev->dax_dev)->i_cdev;
	int err;

	cdev_init(cdev, &nonedax_fops);
	cdev->owner = THIS_MODULE;
	cdev_set_parent(cdev, &dev->dev.kobj);
	err = cdev_add(cdev, dev->dev.devt, 1);
	if (!err)
		err = devm_add_action_or_reset(&dev->dev, nonedax_delete, cdev);
	if (err)
		return err;
	run_dax(dev->dax_dev);
	return devm_add_action_or_reset(&dev->dev, nonedax_kill, dev);
}

/* On no list of names, it matches nothing by itself; and what it has can only be taken from it by
 * disabling the namespace. (The bus gives it the name of the module.) */
static struct dax_device_driver nonedax_driver = {
	.drv.suppress_bind_attrs = true,
	.probe = nonedax_serve,
};

/* --- the driver of libnvdimm's dax devices --- */

static void nonedax_forget(void *pfn)
{
	((struct nd_pfn *)pfn)->pfn_sb = NULL;
}

/* The kernel derives size and resource from the info block: one that takes nothing away, and
 * exists in memory only. */
static int nonedax_pretend(struct device *dev, struct nd_pfn *pfn)
{
	pfn->pfn_sb = devm_kzalloc(dev, sizeof(*pfn->pfn_sb), GFP_KERNEL);
	if (!pfn->pfn_sb)
		return -ENOMEM;
	pfn->pfn_sb->align = cpu_to_le32(pfn->align);
	return devm_add_action_or_reset(dev, nonedax_forget, pfn);
}

/* @pgmap: NULL if there are to be no pages, and then the device is ours. */
static int nonedax_publish(
	struct device *dev, struct nd_pfn *pfn, struct range *range, struct dev_pagemap *pgmap)
{
	struct nd_region *nd_region = to_nd_region(dev->parent);
	struct dev_dax_data data = {.pgmap = pgmap};
	struct dev_dax *dax;
	unsigned int region, id;

	if (sscanf(dev_name(&pfn->ndns->dev), "namespace%u.%u", &region, &id) != 2)
		return -EINVAL;
	data.dax_region = alloc_dax_region(
		dev, region, range, nd_region->target_node, pfn->align, IORESOURCE_DAX_STATIC);
	if (!data.dax_region)
		return -ENXIO;
	data.id = id;
	data.size = range_len(range);
	dax = devm_create_dev_dax(&data);
	/* The device has a reference of its own. */
	dax_region_put(data.dax_region);
	if (IS_ERR(dax))
		return PTR_ERR(dax);
	return pgmap ? 0 : device_driver_attach(&nonedax_driver.drv, &dax->dev);
}

/* What is in front of the data, the info block and perhaps struct pages, stays ours. */
static int nonedax_mapped(struct device *dev, struct nd_pfn *pfn, struct nd_namespace_common *ndns)
{
	struct resource *all = &to_nd_namespace_io(&ndns->dev)->res;
	struct dev_pagemap pgmap = {};
	struct range data;
	int err = devm_namespace_enable(dev, ndns, nd_info_block_reserve());

	if (err)
		return err;
	err = nvdimm_setup_pfn(pfn, &pgmap);
	devm_namespace_disable(dev, ndns);
	if (err)
		return err;
	data.start = all->start + le64_to_cpu(pfn->pfn_sb->dataoff);
	data.end = all->end - le32_to_cpu(pfn->pfn_sb->end_trunc);
	if (!devm_request_mem_region(
		    dev, all->start, data.start - all->start, dev_name(&ndns->dev)))
		return -EBUSY;
	return nonedax_publish(dev, pfn, &data, &pgmap);
}

static int nonedax_probe(struct device *dev)
{
	struct nd_pfn *pfn = &to_nd_dax(dev)->nd_pfn;
	struct nd_namespace_common *ndns = nvdimm_namespace_common_probe(dev);
	struct nd_namespace_io *nsio;
	struct range range;
	int err;

	if (IS_ERR(ndns))
		return PTR_ERR(ndns);
	if (!pfn->uuid)
		return -ENODEV;
	if (pfn->mode != PFN_MODE_NONE)
		return nonedax_mapped(dev, pfn, ndns);
	nsio = to_nd_namespace_io(&ndns->dev);
	range.start = nsio->res.start;
	range.end = nsio->res.end;
	if (!devm_request_mem_region(dev, range.start, range_len(&range), dev_name(&ndns->dev)))
		return -EBUSY;
	err = nonedax_pretend(dev, pfn);
	return err ? err : nonedax_publish(dev, pfn, &range, NULL);
}

static struct nd_device_driver nonedax_nd_driver = {
	.probe = nonedax_probe,
	.drv.name = "dax_pmem",
	.type = ND_DRIVER_DAX_PMEM,
};

static int __init nonedax_init(void)
{
	int err = dax_driver_register(&nonedax_driver);

	if (err)
		return err;
	err = nd_driver_register(&nonedax_nd_driver);
	if (err)
		dax_driver_unregister(&nonedax_driver);
	return err;
}

static void __exit nonedax_exit(void)
{
	nd_driver_unregister(&nonedax_nd_driver);
	dax_driver_unregister(&nonedax_driver);
}

module_init(nonedax_init);
module_exit(nonedax_exit);
MODULE_DESCRIPTION("device-dax without struct pages, for tests");
MODULE_LICENSE("GPL");
MODULE_ALIAS_ND_DEVICE(ND_DEVICE_DAX_PMEM);
